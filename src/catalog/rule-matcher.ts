import { formatExpression } from '../language/index.ts';
import { fieldName } from './item-field.ts';
import type { InclusionRule, Matcher, MatchOperation } from './rule.ts';

/** What an operation asks, in the language; `not` before it for the negative ones (INC-7). */
interface Meaning {
  match: string;
  negative?: true;
  /** Ranges and lists need something to be compared with that a plain value is not. */
  source?: 'needed';
  /** A comma list in a parameter or a profile attribute counts as a list. */
  list?: true;
  numeric?: true;
}

const meanings: Readonly<Record<MatchOperation, Meaning>> = {
  equals: { match: 'anyEqual', numeric: true },
  notEquals: { match: 'anyEqual', negative: true },
  dynamicallyMatches: { match: 'anyEqual', numeric: true },
  greaterOrEquals: { match: 'anyAtLeast', numeric: true },
  lesserOrEquals: { match: 'anyAtMost', numeric: true },
  greaterThan: { match: 'anyAbove', numeric: true },
  lessThan: { match: 'anyBelow', numeric: true },
  contains: { match: 'anyContain' },
  doesNotContain: { match: 'anyContain', negative: true },
  startsWith: { match: 'anyStartWith' },
  endsWith: { match: 'anyEndWith' },
  dynamicallyRanges: { match: 'anyBetween', source: 'needed', numeric: true },
  isContainedInList: { match: 'anyEqual', list: true },
  isNotContainedInList: { match: 'anyEqual', list: true, negative: true },
  containsAllInList: { match: 'hasAll', list: true },
  doesNotContainAllInList: { match: 'hasAll', list: true, negative: true },
  valueIsPresent: { match: '' },
  valueIsNotPresent: { match: '', negative: true },
};

export const operations = Object.keys(meanings) as MatchOperation[];

/** Other spellings of operations: Target's examples write some with spaces. */
const spellings: Readonly<Record<string, MatchOperation>> = {
  'less than': 'lessThan',
  'greater than': 'greaterThan',
  greaterOrEqual: 'greaterOrEquals',
  lesserOrEqual: 'lesserOrEquals',
};

/** An operation by any of its spellings. */
export function operationNamed(name: string): MatchOperation | undefined {
  return operations.find((known) => known === name) ?? (Object.hasOwn(spellings, name) ? spellings[name] : undefined);
}

/** What a matcher lacks to have a meaning, as the end of a sentence; null when nothing. */
export function lacks(matcher: Matcher): string | null {
  const { attribute, operation, values = [], source } = matcher;
  const meaning = meanings[operation];
  if (attribute.includes('`') || source?.name.includes('`')) return 'has a back-tick in a name';
  const named = `${pathOf('item', attribute)} ${source === undefined ? '' : referenceOf(matcher)}`;
  if (named.includes('``')) return 'has a name of which a part is empty';
  if (meaning.match === '') return null;
  if (source === undefined && meaning.source === 'needed') return 'needs a source: what the range is around';
  if (source === undefined && values.length === 0) return 'needs values, or a source';
  return null;
}

/**
 * The condition of the one language that a rule means: its own text, or what a matcher says (recommendations §1.5).
 * The matcher must lack nothing.
 */
export function conditionOf(rule: InclusionRule): string {
  return typeof rule === 'string' ? rule : formatExpression(written(rule));
}

function written(matcher: Matcher): string {
  const { operation, values = [], source } = matcher;
  const { match, negative = false, list = false, numeric = false } = meanings[operation];
  const own = pathOf('item', matcher.attribute);
  if (match === '') return `${own} is ${negative ? '' : 'not '}empty`;
  const against = source === undefined ? constant(values) : referenceOf(matcher);
  const split = list && source !== undefined && source.type !== 'ENTITY';
  const asked = (given: string) =>
    `${negative ? 'not ' : ''}${match}(${own}, ${split ? `listed(${given})` : given}${rangeOf(matcher)})`;
  const held = source === undefined ? asked(against) : whenEmpty(matcher, against, asked);
  // Stock that is not said passes every comparison: the item counts as in stock (CAT-10).
  return own === 'item.stock' && numeric ? `${own} is null or (${held})` : held;
}

/** INC-9: a static value, no results, or the rule is ignored. */
function whenEmpty({ source }: Matcher, against: string, asked: (given: string) => string): string {
  const { defaultValue, excludeAllWhenEmpty } = source!;
  if (defaultValue !== undefined) return asked(`(${against} ?: ${quoted(defaultValue)})`);
  if (excludeAllWhenEmpty === true) return `${against} is not empty and ${asked(against)}`;
  return `${against} is empty or ${asked(against)}`;
}

function rangeOf({ operation, lowRange, highRange }: Matcher): string {
  if (operation !== 'dynamicallyRanges') return '';
  const low = percent(lowRange) ?? '0';
  const high = percent(highRange);
  return high === null ? `, ${low}` : `, ${low}, ${high}`;
}

/** `110`, `110 %` and `110.5` as a number of the language. */
function percent(text: string | undefined): string | null {
  const [, number] = /^\s*(\d{1,9}(?:\.\d{1,9})?)\s*%?\s*$/.exec(text ?? '') ?? [];
  return number ?? null;
}

/** Is it a percentage as ranges take them? */
export function isPercent(text: string): boolean {
  return percent(text) !== null;
}

function referenceOf({ source }: Matcher): string {
  const { name, type } = source!;
  if (type === 'ENTITY') return pathOf('key', name);
  // Parameters lie side by side under their names, dots and all; attributes of a profile are walked into.
  if (type === 'MBOX') return `request.${ticked(name.replace(/^mbox\./, ''))}`;
  const path = name.replace(/^(?:profile\.|user\.endpoint\.|user\.)/, '');
  return ['profile', ...path.split('.').map(ticked)].join('.');
}

function pathOf(root: 'item' | 'key', attribute: string): string {
  const name = fieldName(attribute);
  const own = name.startsWith('attributes.') ? name.slice('attributes.'.length) : null;
  return own === null ? `${root}.${name}` : `${root}.attributes.${ticked(own)}`;
}

function ticked(name: string): string {
  return `\`${name}\``;
}

function constant(values: readonly string[]): string {
  const [only] = values;
  return values.length === 1 ? quoted(only!) : `[${values.map(quoted).join(', ')}]`;
}

function quoted(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
