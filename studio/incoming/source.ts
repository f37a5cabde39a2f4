import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { partsOf } from './line.ts';

/** Says who sent something: "Datastream default", "Shop server". Sources we do not know stand as they came. */
export function useSourceName(): (source: string) => string {
  const { say } = useVoice();
  return (source) => {
    const { kind, name } = partsOf(source);
    const word = `source.${kind}`;
    return isKey(word) ? say(word, { name }).trim() : source;
  };
}
