import type { CollectionView } from '../../src/api/contract-rule.ts';

/** A rule over items: a condition of the language, or a matcher, which a form can show. */
export type Rule = CollectionView['rules'][number];
export type Matcher = Exclude<Rule, string>;
type Source = NonNullable<Matcher['source']>;

/** What an attribute of the item may be compared by, in the order in which one chooses. */
export const operations = [
  'equals',
  'notEquals',
  'greaterOrEquals',
  'lesserOrEquals',
  'greaterThan',
  'lessThan',
  'dynamicallyRanges',
  'contains',
  'doesNotContain',
  'startsWith',
  'endsWith',
  'containsAllInList',
  'doesNotContainAllInList',
  'isContainedInList',
  'isNotContainedInList',
  'valueIsPresent',
  'valueIsNotPresent',
] as const;
export type Operation = (typeof operations)[number];

/** With what it is compared: values that stand here, or an attribute of somebody or something. */
export const againsts = ['values', 'ENTITY', 'PROFILE', 'MBOX'] as const;
export type Against = (typeof againsts)[number];
/** What an empty source means (recommendations INC-9). */
export const whenEmpties = ['ignore', 'nothing', 'value'] as const;
export type WhenEmpty = (typeof whenEmpties)[number];

const presence = ['valueIsPresent', 'valueIsNotPresent'];
const listed = ['isContainedInList', 'isNotContainedInList'];
const compared = ['greaterOrEquals', 'lesserOrEquals', 'greaterThan', 'lessThan', 'dynamicallyRanges'];
const worded = ['contains', 'doesNotContain', 'startsWith', 'endsWith'];

/** Where a new rule begins. */
export const newMatcher: Matcher = { attribute: '', operation: 'equals', values: [] };

export const isPresence = (operation: string): boolean => presence.includes(operation);
export const againstOf = ({ source }: Matcher): Against => source?.type ?? 'values';

/** How the operation is shown: Target has two words for one thing. Pure. */
export function operationOf({ attribute, operation, source }: Matcher): string {
  if (operation === 'dynamicallyMatches') return 'equals';
  if ((source !== undefined && source.type !== 'ENTITY') || attribute === 'stock') return operation;
  return operation.replace('isContainedInList', 'equals').replace('isNotContainedInList', 'notEquals');
}

/** What makes sense for an attribute of a kind, what is chosen among it. Pure. */
export function operationsFor(matcher: Matcher, kind: string | undefined): Operation[] {
  const own = operationOf(matcher);
  const isParameter = matcher.source !== undefined && matcher.source.type !== 'ENTITY';
  return operations.filter((one) => {
    if (one === own) return true;
    if (listed.includes(one)) return isParameter;
    if (compared.includes(one)) return kind === undefined || kind === 'number' || kind === 'mixed';
    return !worded.includes(one) || (kind !== 'number' && kind !== 'truth');
  });
}

export function whenEmptyOf({ source }: Matcher): WhenEmpty {
  if (source?.defaultValue !== undefined) return 'value';
  return source?.excludeAllWhenEmpty === true ? 'nothing' : 'ignore';
}

/** Compared by something else; what has no meaning for it goes, and what it needs comes. Pure. */
export function withOperation(matcher: Matcher, operation: Operation): Matcher {
  const { attribute, values, source, lowRange, highRange } = matcher;
  if (isPresence(operation)) return { attribute, operation };
  if (operation !== 'dynamicallyRanges') {
    return { attribute, operation, ...(source === undefined ? { values: values ?? [] } : { source }) };
  }
  const around: Source = source ?? { type: 'ENTITY', name: attribute };
  return { attribute, operation, source: around, lowRange: lowRange ?? '80', highRange: highRange ?? '120' };
}

/** Compared with something else. Pure. */
export function withAgainst(matcher: Matcher, against: Against): Matcher {
  const { source: _source, values, ...rest } = matcher;
  if (against !== 'values') {
    const name = matcher.source?.name ?? matcher.attribute;
    return { ...rest, source: { ...matcher.source, type: against, name } };
  }
  const { lowRange: _low, highRange: _high, ...plain } = rest;
  const operation = plain.operation === 'dynamicallyRanges' ? 'equals' : plain.operation;
  return { ...plain, operation, values: values ?? [] };
}

export function withSource(matcher: Matcher, change: Partial<Source>): Matcher {
  return matcher.source === undefined ? matcher : { ...matcher, source: { ...matcher.source, ...change } };
}

export function withWhenEmpty(matcher: Matcher, when: WhenEmpty): Matcher {
  if (matcher.source === undefined) return matcher;
  const { defaultValue: _value, excludeAllWhenEmpty: _none, ...source } = matcher.source;
  if (when === 'nothing') return { ...matcher, source: { ...source, excludeAllWhenEmpty: true } };
  return { ...matcher, source: when === 'value' ? { ...source, defaultValue: '' } : source };
}

export type Lack = 'attribute' | 'values' | 'source' | 'default' | 'range';

/** What is still to be filled in before it means anything; null when nothing is. Pure. */
export function lackOf(matcher: Matcher): Lack | null {
  const { attribute, operation, values = [], source, lowRange, highRange } = matcher;
  if (attribute.trim() === '') return 'attribute';
  if (isPresence(operation)) return null;
  if (source === undefined) return values.length === 0 ? 'values' : null;
  if (source.name.trim() === '') return 'source';
  if (source.defaultValue === '') return 'default';
  const isPercent = (value: unknown) => value === undefined || /^\d{1,9}(\.\d{1,9})?$/.test(String(value));
  return operation === 'dynamicallyRanges' && !(isPercent(lowRange) && isPercent(highRange)) ? 'range' : null;
}

/** Is there enough of it to be asked? Pure. */
export const isWhole = (rule: Rule): boolean => (typeof rule === 'string' ? rule.trim() !== '' : lackOf(rule) === null);
