import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { adminLimits, asNumber, asText, edgeLimits, parseJson } from './json.ts';

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error.code;
    throw error;
  }
  return 'none';
}

const codeOfText = (text: string) => codeOf(() => parseJson(text, edgeLimits));

describe('reading JSON from outside', () => {
  it('gives what JSON.parse gives, for every value within the limits', () => {
    const value = fc.jsonValue({ maxDepth: 6, depthSize: 'small' });
    fc.assert(
      fc.property(value, (any) => {
        const text = JSON.stringify(any);
        if (/"(__proto__|constructor|prototype)"|\\u0000|\\ud[89a-f]/i.test(text)) return;
        const plain: unknown = JSON.parse(JSON.stringify(parseJson(text, adminLimits)));
        expect(plain).toEqual(JSON.parse(text.replace(/-0(?=[,\]}]|$)/g, '0')));
      }),
    );
  });

  it('reads alike with and without an escape, which takes the longer way', () => {
    const key = fc.constantFrom('a', 'b', 'constructor', 'x'.repeat(129), '1');
    const odd = fc.constantFrom('1', '-0', '1e999', '"t"', 'null', '{}', '[]', '"\ud800"', '"é"');
    const pairs = fc.array(fc.tuple(key, odd), { maxLength: 4 });
    const answer = (text: string) => {
      try {
        return JSON.stringify(parseJson(text, edgeLimits));
      } catch (error) {
        return (error as BeckonError).code;
      }
    };
    fc.assert(
      fc.property(pairs, pairs, (outer, inner) => {
        const text = (list: [string, string][]) => list.map(([name, value]) => `"${name}":${value}`).join(',');
        const object = `{${text(outer)}${outer.length > 0 ? ',' : ''}"inner":{${text(inner)}}}`;
        const longer = answer(`[${object},"\\n"]`);
        expect(answer(`[${object},"n"]`)).toBe(longer.replace('\\n', 'n'));
      }),
    );
  });

  it('refuses or reads any text, and never fails otherwise', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(codeOfText(text)).toMatch(/^(none|API_JSON_\w+)$/);
      }),
    );
  });

  it('stops at the depth limit without reading on (trust row 80)', () => {
    expect(codeOfText('['.repeat(200) + ']'.repeat(200))).toBe('API_JSON_TOO_DEEP');
    expect(codeOfText('['.repeat(100_000))).toBe('API_JSON_TOO_DEEP');
    expect(codeOfText('{"a":'.repeat(100_000))).toBe('API_JSON_TOO_DEEP');
    expect(codeOfText('['.repeat(13) + ']'.repeat(13))).toBe('none');
  });

  it('refuses keys that reach prototypes, also written with escapes (trust row 81)', () => {
    for (const key of ['__proto__', '\\u005f_proto__', 'constructor', 'prototype']) {
      expect(codeOfText(`{"events":[{"${key}":{"admin":true}}]}`)).toBe('API_JSON_REFUSED');
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('makes objects without a prototype', () => {
    expect(Object.getPrototypeOf(parseJson('{"a":{"b":1}}', edgeLimits))).toBeNull();
  });

  it('has a defined result for each odd value (trust row 82)', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `"k${index}":1`).join(',');
    expect(codeOfText(JSON.stringify('x'.repeat(1_000_000)))).toBe('API_JSON_REFUSED');
    expect(codeOfText(`{${keys}}`)).toBe('API_JSON_REFUSED');
    expect(codeOfText('{"a":1,"a":2}')).toBe('API_JSON_REFUSED');
    expect(codeOfText('"\\u0000"')).toBe('API_JSON_REFUSED');
    expect(codeOfText('1e400')).toBe('API_JSON_REFUSED');
    expect(parseJson('"\\ud800x"', edgeLimits)).toBe('\ufffdx');
    expect(parseJson('"\\ud83d\\ude00"', edgeLimits)).toBe('😀');
    expect(Object.is(parseJson('-0', edgeLimits), 0)).toBe(true);
    expect(asText(parseJson('9007199254740993', edgeLimits), 64)).toBeUndefined();
  });

  it('says where the text stops being JSON', () => {
    expect(() => parseJson('{"a":1,}', edgeLimits)).toThrow('character 8');
    expect(() => parseJson('{"a":', edgeLimits)).toThrow('ends too early');
    for (const bad of ['', ' ', '01', '1.', 'tru', '"a', '"\t"', '[1 2]', '{"a" 1}', '{a:1}', '1 1', "'a'"]) {
      expect(codeOfText(bad)).toBe('API_JSON_UNREADABLE');
    }
  });

  it('takes numbers from text, as tag managers send them', () => {
    expect([asNumber('2'), asNumber(' 1.5 '), asNumber(3), asNumber(''), asNumber('x'), asNumber(null)]).toEqual([
      2,
      1.5,
      3,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
