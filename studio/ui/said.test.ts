import { describe, expect, it } from 'vitest';
import { loadLanguage, speak } from '../words/words.ts';
import { saidWords } from './said.ts';

await loadLanguage('de');
const german = { say: speak('de'), moment: (iso: string) => `um ${iso.slice(11, 16)}` };

describe('a sentence of the server', () => {
  it('is told in the language that is read, with its values', () => {
    const said = { code: 'stuck.call', values: { count: 3, error: 'http_503' } };
    expect(saidWords(said, 'Tried 3 times: http_503', german)).toBe('3 Versuche waren vergeblich: http_503');
  });

  it('names a recipe as the language does, and moments in the shop’s zone', () => {
    const said = { code: 'alert.reading', values: { journey: 'Abandoned cart', at: '2026-11-24T09:00:00Z' } };
    expect(saidWords(said, '', german)).toContain('„Verlassener Warenkorb“');
    expect(saidWords({ ...said, code: 'alert.reading.text' }, '', german)).toContain('um 09:00');
  });

  it('says reasons and purposes inside of it in the same language', () => {
    const share = { code: 'alert.share.last', values: { failed: 3, all: 9, reason: 'quiet_hours' } };
    expect(saidWords(share, '', german)).toBe('3 von 9 innerhalb von fünf Minuten; zuletzt: Ruhezeit');
    const consent = { code: 'timeline.consent.in', values: { purpose: 'email-marketing' } };
    expect(saidWords(consent, '', german)).not.toContain('email-marketing');
  });

  it('stays as it came when it has no code, or one that this studio does not know', () => {
    expect(saidWords(null, 'As it came', german)).toBe('As it came');
    expect(saidWords({ code: 'of.tomorrow', values: {} }, 'As it came', german)).toBe('As it came');
  });
});
