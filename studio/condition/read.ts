import type { LanguageOutline } from '../../src/api/contract-language.ts';
import {
  type Ask,
  type Compared,
  type Condition,
  type Did,
  type Group,
  type Measure,
  type Plain,
  asks,
  called,
  groupOf,
  isOrder,
  measures,
  tidy,
} from './model.ts';

interface Named {
  name: string;
  expr: LanguageOutline;
}

const part = (outline: LanguageOutline, name: string) => outline[name] as LanguageOutline;
const parts = (outline: LanguageOutline, name: string) => outline[name] as LanguageOutline[];

/** The form of a rule, from its outline; what no field can say is in it as text, so that nothing is lost. Pure. */
export function readRule(outline: LanguageOutline): Group {
  return tidy(groupOf([conditionOf(outline)]));
}

function conditionOf(outline: LanguageOutline): Condition {
  if (outline.kind === 'and' || outline.kind === 'or') {
    return groupOf(parts(outline, 'items').map(conditionOf), outline.kind);
  }
  if (outline.kind === 'not') {
    const inner = conditionOf(part(outline, 'of'));
    return inner.negated ? groupOf([inner], 'and', true) : { ...inner, negated: true };
  }
  return leafOf(outline) ?? { kind: 'written', negated: false, text: outline.text };
}

function leafOf(outline: LanguageOutline): Condition | null {
  switch (outline.kind) {
    case 'name':
    case 'member':
      return comparedOf(outline, { test: 'true', values: [] });
    case 'is':
      return presenceOf(outline);
    case 'call':
      return questionOf(outline, null) ?? callOf(outline);
    case 'binary':
      return comparisonOf(outline);
    default:
      return null;
  }
}

function presenceOf(outline: LanguageOutline): Condition | null {
  const { test, negated } = outline as unknown as { test: string; negated: boolean };
  if (test !== 'null' && test !== 'empty') return null;
  return comparedOf(part(outline, 'of'), { test: `is ${negated ? 'not ' : ''}${test}` as 'is null', values: [] });
}

/** `contains(…)`, `isEmpty(…)`, `inAudience(…)`. */
function callOf(outline: LanguageOutline): Condition | null {
  const name = String(outline['name']);
  const args = parts(outline, 'args');
  if ((outline['named'] as unknown[]).length > 0) return null;
  const [first, second] = args;
  const value = second && plainOf(second);
  if (name === 'inAudience' && args.length === 1) {
    const audience = plainOf(first!);
    return typeof audience === 'string' ? { kind: 'member', negated: false, audience } : null;
  }
  if ((name === 'isEmpty' || name === 'isNotEmpty') && args.length === 1) {
    return comparedOf(first!, { test: name, values: [] });
  }
  const test = called.find((one) => one === name);
  return test !== undefined && args.length === 2 && value !== undefined
    ? comparedOf(first!, { test, values: [value] })
    : null;
}

function comparisonOf(outline: LanguageOutline): Condition | null {
  const [left, right, op] = [part(outline, 'left'), part(outline, 'right'), String(outline['op'])];
  if (op === 'in' || op === 'not in') return amongOf(left, op, right);
  const value = plainOf(right);
  if (value === undefined || !isOrder(op)) return null;
  const asked = left.kind === 'call' && typeof value === 'number' ? questionOf(left, { by: op, value }) : null;
  return asked ?? comparedOf(left, { test: op, values: [value] });
}

function amongOf(left: LanguageOutline, test: 'in' | 'not in', right: LanguageOutline): Condition | null {
  if (right.kind === 'range' && test === 'in') {
    const ends = [plainOf(part(right, 'from')), plainOf(part(right, 'to'))];
    const isNumbers = ends.every((end): end is number => typeof end === 'number');
    return isNumbers ? comparedOf(left, { test: 'between', values: ends }) : null;
  }
  if (right.kind !== 'list') return null;
  const values = parts(right, 'items').map(plainOf);
  return values.every((value) => value !== undefined) ? comparedOf(left, { test, values: values as Plain[] }) : null;
}

/** Terms hold together by themselves; anything else would need brackets, and stays as text. */
const terms = new Set(['name', 'member', 'select', 'call']);

function comparedOf(term: LanguageOutline, asked: Pick<Compared, 'test' | 'values'>): Compared | null {
  if (!terms.has(term.kind)) return null;
  if (term.kind === 'call') {
    const measured = measureOf(term);
    if (measured !== null) return { kind: 'compared', negated: false, ...measured, ...asked };
  }
  return { kind: 'compared', negated: false, path: term.text, of: null, ...asked };
}

/** `daysSince(profile.lastSeenAt)`: the field, and what is taken of it. */
function measureOf(call: LanguageOutline): { path: string; of: Measure } | null {
  const of = measures.find((one) => one === call['name']);
  const [only, ...more] = parts(call, 'args');
  const isPlain = only !== undefined && more.length === 0 && (only.kind === 'name' || only.kind === 'member');
  return of !== undefined && isPlain && (call['named'] as unknown[]).length === 0 ? { path: only.text, of } : null;
}

/** A question to the history: what is asked of which events. */
function questionOf(call: LanguageOutline, than: Did['than']): Did | null {
  const ask = asks.find((one) => one === call['name']);
  const [first, ...more] = parts(call, 'args');
  if (ask === undefined || first === undefined || more.length > 0) return null;
  const types = typesOf(first);
  if (types === null || (ask === 'happened') !== (than === null)) return null;
  const named = new Map((call['named'] as Named[]).map(({ name, expr }) => [name, expr]));
  if ([...named.keys()].some((name) => !['of', 'where', 'since', 'within'].includes(name))) return null;
  if (named.has('of') !== (ask === 'sum') || !isHistory(ask, types, named.size)) return null;
  const within = named.get('within');
  const length = within && plainOf(within);
  if (within && typeof length !== 'string') return null;
  const where = named.get('where');
  return {
    kind: 'did',
    negated: false,
    ask,
    types,
    of: named.get('of')?.text ?? null,
    where: where === undefined ? null : readRule(where),
    since: named.get('since')?.text ?? null,
    within: typeof length === 'string' ? length : null,
    than,
  };
}

/** `count(["red", "blue"])` counts a list: without a part only types with a dot are asked for. */
function isHistory(ask: Ask, types: readonly string[], named: number): boolean {
  return (
    ask === 'happened' ||
    named > 0 ||
    types.every((type) => /^\p{L}[\p{L}\p{N}_$:-]*(?:\.[\p{L}\p{N}_$:-]+)+$/u.test(type))
  );
}

function typesOf(first: LanguageOutline): string[] | null {
  const items = first.kind === 'list' ? parts(first, 'items') : [first];
  const types = items.map(plainOf);
  const isTexts = types.length > 0 && types.every((type): type is string => typeof type === 'string' && type !== '');
  // One in a list is another text, and the same question.
  return isTexts ? types : null;
}

/** A plain value; undefined for anything else, null among it. */
function plainOf(outline: LanguageOutline): Plain | undefined {
  if (outline.kind === 'negate') {
    const of = plainOf(part(outline, 'of'));
    return typeof of === 'number' && of > 0 ? -of : undefined;
  }
  const { value } = outline as { value?: unknown };
  if (outline.kind !== 'value' || value === null) return undefined;
  return value as Plain;
}
