import { type Say, isKey, recipeWords } from '../words/words.ts';

/**
 * A reason in the reader's words where we have them, otherwise readable as it came: "quiet_hours" → "quiet hours",
 * "cap: 1 in 24 hours" → "too many mails lately (1 in 24 hours)". Pure.
 */
export function reasonWords(reason: string, say: Say): string {
  const shipped = recipeWords(reason, say);
  if (shipped !== reason) return shipped;
  const [, journey, still] = /^"(.+)" goes before(, and is not over for this person)?$/.exec(reason) ?? [];
  if (journey !== undefined)
    return say(still === undefined ? 'reason.goes before' : 'reason.is not over', {
      journey: recipeWords(journey, say),
    });
  const [head = '', ...rest] = reason.split(':');
  const plain = head.includes(' ') ? head.trim() : head.replaceAll(/[_-]+/g, ' ').trim();
  const key = `reason.${plain.toLowerCase()}`;
  const detail = rest.join(':').trim();
  if (!isKey(key)) return detail === '' ? plain : `${plain}: ${detail}`;
  return detail === '' ? say(key) : `${say(key)} (${detail})`;
}
