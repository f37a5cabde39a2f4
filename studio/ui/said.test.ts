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

  it('stays as it came when it has no code, or one that this studio does not know', () => {
    expect(saidWords(null, 'As it came', german)).toBe('As it came');
    expect(saidWords({ code: 'of.tomorrow', values: {} }, 'As it came', german)).toBe('As it came');
  });
});
