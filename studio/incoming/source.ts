import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { partsOf } from './line.ts';

/** Says who sent something: "Datastream default", "Shop server", by the key's name if it came with one. */
export function useSourceName(): (source: string, sender: string | null) => string {
  const { say } = useVoice();
  return (source, sender) => {
    const { kind, name } = partsOf(source);
    const word = `source.${kind}`;
    return isKey(word) ? say(word, { name: sender ?? name }).trim() : source;
  };
}
