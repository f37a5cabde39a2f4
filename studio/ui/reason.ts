import { type Say, isKey } from '../words/words.ts';

/** A reason in the reader's words where we have them, otherwise readable as it came ("quiet_hours" → "quiet hours"). */
export function reasonWords(reason: string, say: Say): string {
  const plain = reason.replaceAll(/[_-]+/g, ' ').trim();
  const key = `reason.${plain.toLowerCase()}`;
  return isKey(key) ? say(key) : plain;
}
