import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BeckonError } from '../base/index.ts';
import { compileExpression, compileTemplate } from './index.ts';
import type { EscapeMode, Limits, Scope } from './index.ts';

const now = Date.UTC(2026, 10, 23, 10);

function made(source: string, mode: EscapeMode = 'html') {
  const template = compileTemplate(source, { mode });
  return (scope: Scope, limits?: Limits) =>
    template.renderBytes(scope, limits === undefined ? { now } : { now, limits });
}

function fault(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof BeckonError) return error.message;
    throw error;
  }
  return 'none';
}

const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

describe('bytes', () => {
  test('are the text in UTF-8, whatever it holds and however long it is', () => {
    const template = compileTemplate('é{{x}}<b title="{{x}}">{{{x}}}</b>', { mode: 'html' });
    const unit = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom('a', '€', '😀', '\ud83d', '<', 'é'),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 200 }), (parts) => {
        const scope = { x: `a${parts.join('')}` };
        const text = template.render(scope, { now });
        expect(utf8(template.renderBytes(scope, { now }))).toBe(text);
        expect(text).not.toMatch(/\p{Cs}/u);
      }),
      { numRuns: 300 },
    );
  });

  test('cut no pair of surrogates, wherever it stands in a long text', () => {
    const render = made('{{x}}');
    for (let before = 55; before < 75; before++) {
      const x = `<${'a'.repeat(before)}😀${'b'.repeat(70)}€`;
      expect(utf8(render({ x }))).toBe(`&lt;${x.slice(1)}`);
    }
  });

  test('belong to the caller: later renders leave them as they are', () => {
    const render = made('{{x}}');
    const [first, second] = [render({ x: 'first' }), render({ x: 'other' })];
    expect([utf8(first), utf8(second)]).toEqual(['first', 'other']);
    first.fill(0);
    expect(utf8(render({ x: 'third' }))).toBe('third');
  });

  test('of a render within a render do not mix', () => {
    const inner = compileTemplate('<i>{{y}}</i>', { mode: 'html' });
    const outer = compileTemplate('a{{x.deep}}b{{x.deep}}c', { mode: 'html' });
    const deep = (left: number): { deep: string } => ({
      get deep() {
        return left === 0 ? inner.render({ y: 1 }, { now }) : utf8(outer.renderBytes({ x: deep(left - 1) }, { now }));
      },
    });
    const escaped = '&lt;i&gt;1&lt;/i&gt;';
    const within = `a${escaped}b${escaped}c`.replaceAll('&', '&amp;');
    expect(outer.render({ x: deep(1) }, { now })).toBe(`a${within}b${within}c`);
    expect(outer.render({ x: deep(0) }, { now })).toBe(`a${escaped}b${escaped}c`);
  });

  test('come out right after a render that failed half way', () => {
    const render = made('<p>{{a}}{{b}}</p>');
    expect(fault(() => render({ a: 'x'.repeat(1000) }))).toContain('{{b}} has no value');
    expect(utf8(render({ a: 1, b: 2 }))).toBe('<p>12</p>');
  });
});

describe('limits', () => {
  test('the output may have as many bytes as the limit, and not one more', () => {
    const cases: [source: string, x: string, mode: EscapeMode][] = [
      ['ab{{x}}', 'c€<', 'html'],
      ['{{x}}', '€'.repeat(100), 'html'],
      ['{{x}}', '<'.repeat(100), 'html'],
      ['{{x}}a static text of some length', '😀', 'text'],
      ['{{{x}}}', '€'.repeat(9), 'html'],
      ['<a href="/?a={{x}}">', '€'.repeat(90), 'html'],
      ['{"a": {{x}}}', '\u2028'.repeat(90), 'json'],
    ];
    for (const [source, x, mode] of cases) {
      const render = made(source, mode);
      const { length } = render({ x });
      expect(render({ x }, { output: length }).length).toBe(length);
      expect(fault(() => render({ x }, { output: length - 1 }))).toContain(`grows over ${length - 1} bytes`);
      expect(fault(() => render({ x }, { output: 0 }))).toContain('grows over 0 bytes');
    }
  });

  test('a higher limit on the output than the usual one holds too', () => {
    const render = made('{{#each list as |x|}}{{x}}{{/each}}');
    const list = Array.from({ length: 100 }, () => '€<'.repeat(2000));
    expect(render({ list }, { output: 2_000_000, steps: 1e7 }).length).toBe(100 * 2000 * 7);
    expect(fault(() => render({ list }))).toContain('grows over 400000 bytes');
    expect(fault(() => render({ list }, { output: 1_000_000 }))).toContain('grows over 1000000 bytes');
  });

  test('a loop takes at most 1,000 turns, or as many as are allowed', () => {
    const render = made('{{#each list as |x|}}{{x}}{{/each}}');
    const list = (length: number) => ({ list: Array.from({ length }, () => 1) });
    expect(render(list(1000)).length).toBe(1000);
    expect(fault(() => render(list(1001)))).toContain('a list of 1001 where a loop may take 1000 turns');
    expect(render(list(1001), { loops: 2000 }).length).toBe(1001);
    expect(fault(() => render(list(3), { loops: 2 }))).toContain('a loop may take 2 turns');
  });

  test('time runs out where a clock is given, in templates and in conditions', () => {
    const list = Array.from({ length: 500 }, (_, i) => i);
    const ticking = (ms: number) => {
      let at = 1000;
      return () => (at += ms);
    };
    const source = '{{#each list as |x|}}{{#each list as |y|}}{{/each}}{{/each}}';
    const template = compileTemplate(source, { mode: 'text' });
    const render = (options: { clock?: () => number; limits?: Limits }) =>
      fault(() => template.render({ list }, { now, ...options, limits: { steps: 1e6, ...options.limits } }));
    expect(render({ clock: ticking(1) })).toContain('none');
    expect(render({ clock: ticking(10) })).toContain('it takes longer than 500 ms');
    expect(render({ clock: ticking(10), limits: { time: 100_000 } })).toBe('none');
    expect(render({ limits: { time: 0 } })).toBe('none');
    const condition = compileExpression(`count(list) > 0${' and list = list2'.repeat(20)}`);
    const scope = { list, list2: [...list] };
    const evaluate = (ms: number) => fault(() => condition.evaluate(scope, { now, clock: ticking(ms) }));
    expect([evaluate(1), evaluate(100)]).toEqual(['none', expect.stringContaining('longer than 500 ms')]);
  });

  test('the clock does not hide that steps are used up', () => {
    const list = Array.from({ length: 900 }, (_, i) => i);
    const template = compileTemplate('{{#each list as |x|}}{{#each list as |y|}}{{/each}}{{/each}}', { mode: 'text' });
    expect(fault(() => template.render({ list }, { now, clock: () => 0 }))).toContain('more steps');
    expect(fault(() => template.render({ list }, { now, clock: () => 0, limits: { steps: 10 } }))).toContain(
      'more steps',
    );
  });
});
