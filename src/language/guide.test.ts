import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeFunctions } from './describe.ts';
import { arity } from './function.ts';
import { functionGroups } from './functions.ts';
import { compileExpression, compileTemplate } from './index.ts';

const page = new URL('../../docs/guide/language.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const [begin, end] = ['<!-- functions: begin -->', '<!-- functions: end -->'];
const functions = functionGroups.flatMap((group) => group.functions);
/** What the examples see, and when they run. The guide says the same. */
const scope = {
  items: [
    { id: 'a', price: 10 },
    { id: 'b', price: 20 },
  ],
};
const now = Date.UTC(2026, 10, 23, 10);

test.each(functions.map((fn) => [fn.example, fn.result] as const))('the example %s gives %j', (example, result) => {
  expect(compileExpression(example).evaluate(scope, { now, random: () => 0.5 })).toEqual(result);
});

test.each(functions.map((fn) => [fn.name, fn] as const))(
  '%s bears nothing in every argument or refuses it in words',
  (name, fn) => {
    const { least, most } = arity(fn);
    for (let count = least; count <= Math.min(most, least + 2); count++) {
      const args = Array.from({ length: count }, (_, i) =>
        fn.parameters[i]?.endsWith(':field') ? 'price' : 'missing',
      );
      const evaluate = () => compileExpression(`${name}(${args.join(', ')})`).evaluate({}, { now });
      try {
        expect(evaluate()).not.toBeUndefined();
      } catch (error) {
        expect(error).toMatchObject({ code: 'RENDER_TYPE' });
      }
    }
  },
);

// After a change of the table: GUIDE=write npx vitest run src/language/guide.test.ts
test('the guide lists the functions as the table has them', () => {
  const made = `${begin}\n\n${describeFunctions()}\n\n${end}`;
  const [head, rest] = text.split(begin) as [string, string];
  const tail = rest.split(end)[1]!;
  if (process.env['GUIDE'] === 'write') writeFileSync(page, head + made + tail);
  else expect(begin + rest.split(end)[0]! + end).toBe(made);
});

test('every example of the guide renders to what stands below it', () => {
  const examples = [...text.matchAll(/```handlebars\n([\s\S]*?)```\n\ngives\n\n```html\n([\s\S]*?)```/g)];
  expect(examples.length).toBeGreaterThan(3);
  const data = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)![1]!) as Record<string, unknown>;
  const fragments = { card: { parameters: ['item'], source: '<b>{{item.name}}</b>' } };
  for (const [, source, expected] of examples) {
    expect(compileTemplate(source!, { mode: 'html', fragments }).render(data, { now })).toBe(expected);
  }
});

describe('coming from elsewhere: what stands on the right gives what the page says', () => {
  const part = text.slice(text.indexOf('## Coming from elsewhere'), text.indexOf('## Functions'));
  const rows = [...part.matchAll(/^\| (.+?) \| (.+) \| `(.+)` \|$/gm)].map(([, there, here, result]) => ({
    there: there!,
    // The first form in code is the one that is run.
    here: /`([^`]+)`/.exec(here!.replaceAll('\\|', '|'))![1]!,
    result: JSON.parse(result!) as unknown,
  }));
  const data = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)![1]!) as Record<string, unknown>;
  const fragments = { card: { parameters: ['item'], source: '<b>{{item.name}}</b>' } };

  test('there are many', () => expect(rows.length).toBeGreaterThan(55));

  test.each(rows.map((row) => [row.there, row.here, row.result] as const))('%s is %s', (_, here, result) => {
    const made = here.startsWith('{')
      ? compileTemplate(here, { mode: 'html', fragments }).render(data, { now })
      : compileExpression(here).evaluate(data, { now });
    expect(made).toEqual(result);
  });
});
