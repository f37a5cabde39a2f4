import type { Said } from '../../src/api/contract.ts';
import { isKey, recipeWords } from '../words/words.ts';
import { reasonWords } from './reason.ts';
import { type Voice, useVoice } from './voice.tsx';

/** Values that are moments, ISO 8601; all others are shown as they are. */
const moments = new Set(['at', 'until', 'since']);

/**
 * A sentence of the server in the reader's words, where we have them: names of recipes, reasons and purposes are told in
 * the language too, moments in the shop's zone. Otherwise as it came. Pure.
 */
export function saidWords(
  said: Said | null | undefined,
  text: string,
  { say, moment }: Pick<Voice, 'say' | 'moment'>,
): string {
  if (!said) return text;
  const key = `said.${said.code}`;
  if (!isKey(key)) return text;
  const values = Object.entries(said.values).map(([name, value]) => {
    if (typeof value === 'number') return [name, value] as const;
    if (moments.has(name)) return [name, moment(value)] as const;
    if (name === 'reason') return [name, reasonWords(value, say)] as const;
    const purpose = `purpose.${value}`;
    return [name, name === 'purpose' && isKey(purpose) ? say(purpose) : recipeWords(value, say)] as const;
  });
  return say(key, Object.fromEntries(values));
}

/** Tells sentences of the server in the language that is read. */
export function useSaid(): (said: Said | null | undefined, text: string) => string {
  const voice = useVoice();
  return (said, text) => saidWords(said, text, voice);
}
