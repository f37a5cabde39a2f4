import { describe, expect, it } from 'vitest';
import { loadLanguage, speak } from '../words/words.ts';
import { reasonWords } from './reason.ts';

await loadLanguage('de');

describe('a reason', () => {
  it.each([
    ['quiet hours', 'Ruhezeit'],
    ['quiet_hours', 'Ruhezeit'],
    ['cap: 1 in 24 hours', 'zuletzt zu viele Mails (1 in 24 hours)'],
    ['550 5.1.1 no such user: a@b-c.example', '550 5.1.1 no such user: a@b-c.example'],
    ['Put something in the cart', 'Etwas in den Warenkorb gelegt'],
    ['Left the shop by the back door', 'Left the shop by the back door'],
    ['"Willkommen" goes before', '„Willkommen“ geht vor'],
    [
      '"Willkommen" goes before, and is not over for this person',
      '„Willkommen“ geht vor und ist für diese Person noch nicht zu Ende',
    ],
    ['', ''],
  ])('%s is said as %s', (reason, words) => {
    expect(reasonWords(reason, speak('de'))).toBe(words);
  });
});
