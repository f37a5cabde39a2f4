import { isDeepStrictEqual } from 'node:util';
import { BeckonError } from '../base/index.ts';
import type { InclusionRule, Matcher, MatchOperation } from '../catalog/index.ts';
import { conditionOf } from '../catalog/index.ts';
import type { AttributeRule, AttributeRuleView, InclusionMatcher } from './contract-target-recs.ts';
import { errors } from './error.ts';

/**
 * What Target's forms have no word for stands under an attribute of our name, as the condition it means: it can be read
 * there, and sent back.
 */
const own = { attribute: 'beckon', operation: 'condition' } as const;

/** Target's example writes these two with a space. */
const spelled: Partial<Record<MatchOperation, string>> = { lessThan: 'less than', greaterThan: 'greater than' };

/** A rule of a collection or an exclusion as Target writes it: `{attribute: {operator: [values]}}`. */
export function attributeRuleOf(rule: InclusionRule): AttributeRuleView {
  const isStatic = typeof rule !== 'string' && rule.source === undefined;
  if (!isStatic || rule.lowRange !== undefined || rule.highRange !== undefined) {
    return { [own.attribute]: { [own.operation]: [conditionOf(rule)] } };
  }
  return { [rule.attribute]: { [spelled[rule.operation] ?? rule.operation]: [...(rule.values ?? [])] } };
}

/** All rules of an exclusion as the one that Target knows. */
export function singleRuleOf(rules: readonly InclusionRule[]): AttributeRuleView {
  if (rules.length === 1) return attributeRuleOf(rules[0]!);
  return attributeRuleOf(rules.map((rule) => `(${conditionOf(rule)})`).join(' and '));
}

/**
 * A rule as the catalogue takes it, unchecked. A bare value is a list of one (Target's own example has it).
 *
 * @throws API_INPUT_INVALID for more or less than one attribute with one operator
 */
export function ruleFrom(given: AttributeRule, where: string): unknown {
  const [attribute, asked] = onlyField(given, where);
  const [operation, values] = onlyField(asked, `${where}.${attribute}`);
  const list = Array.isArray(values) ? values : [values];
  if (attribute === own.attribute && operation === own.operation) return conditionIn(list, where);
  return { attribute, operation, values: list };
}

/** A rule of a promotion or a criterion as Target writes it. */
export function matcherOf(rule: InclusionRule): Matcher | (Omit<Matcher, 'operation'> & { operation: string }) {
  return typeof rule === 'string' ? { ...own, values: [rule] } : rule;
}

/** The same back, unchecked. */
export function ruleOfMatcher(given: InclusionMatcher, where: string): unknown {
  const isOwn = given.attribute === own.attribute && given.operation === own.operation;
  return isOwn ? conditionIn(given.values ?? [], where) : given;
}

/**
 * Rules as they came, where those that stand as they were shown stay what they were: nothing is lost of what Target
 * cannot say when a client reads, changes a name and writes.
 */
export function keeping<T>(
  given: readonly T[],
  before: readonly InclusionRule[],
  { shown, read }: { shown: (rule: InclusionRule) => unknown; read: (given: T, where: string) => unknown },
): unknown[] {
  const kept = before.map((rule) => ({ rule, view: shown(rule) }));
  return given.map((one, i) => kept.find(({ view }) => reads(view, one))?.rule ?? read(one, `rules[${i}]`));
}

/** Do both read the same as JSON? */
export function reads(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(plain(a), plain(b));
}

/** Without prototypes and undefined fields. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function onlyField<T>(given: Readonly<Record<string, T>>, where: string): [string, T] {
  const fields = Object.entries(given);
  if (fields.length === 1) return fields[0]!;
  throw new BeckonError(
    errors.API_INPUT_INVALID,
    `A rule has one attribute with one operator; this one has ${fields.length}`,
    { where, mend: 'Write each as a rule of its own: all rules of a list must hold' },
  );
}

function conditionIn(values: readonly unknown[], where: string): string {
  if (values.length === 1 && typeof values[0] === 'string') return values[0];
  throw new BeckonError(errors.API_INPUT_INVALID, 'A condition is one text', { where });
}
