import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { DefinitionInput } from './definition-check.ts';
import { checkDefinition } from './definition-check.ts';
import { checkRules } from './rule-check.ts';
import type { Kind } from './rule-definition.ts';
import { kinds } from './rule-definition.ts';
import { operations } from './rule-matcher.ts';

const page = readFileSync(new URL('../../docs/recommend/rules.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map(([, marks, text]) => ({
  marks: marks!.split(' '),
  text: text!,
}));

it('docs/recommend/rules.md: each example is a definition or rules that would be kept', () => {
  const told: string[] = [];
  for (const { marks, text } of examples.filter(({ marks: [first] }) => first === 'json')) {
    const given: unknown = JSON.parse(text);
    const kind = marks[1]!;
    told.push(kind);
    if (kind === 'rules') expect(checkRules(given, 'rules').length).toBeGreaterThan(0);
    else expect(checkDefinition(kind as Kind, given as DefinitionInput).name).not.toBe('');
  }
  expect([...new Set(told)].sort()).toEqual(['rules', ...kinds].sort());
});

it('docs/recommend/rules.md: each definition and preview within a command would be taken', () => {
  const bodies = examples.flatMap(({ marks, text }) =>
    marks[0] === 'sh' ? [...text.matchAll(/-d '(\{[^]*?\})'/g)].map(([, body]) => JSON.parse(body!) as object) : [],
  );
  const rules = bodies.flatMap((body) => ('rules' in body ? [checkRules(body.rules, 'rules')] : []));
  expect(rules.length).toBeGreaterThanOrEqual(2);
});

it('docs/recommend/rules.md names every operation', () => {
  expect(operations.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
