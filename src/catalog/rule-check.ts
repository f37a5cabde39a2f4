import { BeckonError, nearest } from '../base/index.ts';
import { checkExpression, listOf, mapOf, openSchema, parseType, planFilter } from '../language/index.ts';
import type { Filter, Schema } from '../language/index.ts';
import { errors } from './error.ts';
import type { ItemView } from './item.ts';
import { shown } from './limit.ts';
import type { InclusionRule, Matcher } from './rule.ts';
import { ruleLimits } from './rule-definition.ts';
import { conditionOf, isPercent, lacks, operationNamed, operations } from './rule-matcher.ts';

const [text, number, truth] = [parseType('text'), parseType('number'), parseType('truth')];
const maybe = (type: typeof text) => ({ type, maybe: true });

/** What rules see of an item. A field that is new in the view is missed here by the compiler. */
const itemFields: Record<keyof ItemView, ReturnType<typeof maybe> | typeof text> = {
  id: text,
  name: text,
  categories: listOf(text),
  category: text,
  price: maybe(number),
  currency: maybe(text),
  stock: maybe(number),
  inStock: truth,
  url: maybe(text),
  imageUrl: maybe(text),
  attributes: openSchema,
  variantOf: maybe(text),
};

const item = mapOf(itemFields);

/** What a rule may name: the item that is asked about, the key item, the request and the visitor. */
export const ruleSchema: Schema = mapOf({ item, key: maybe(item), request: openSchema, profile: openSchema });

/**
 * Rules as a door gives them, in their one form. `where` names the place in the input.
 *
 * @throws RULE_INVALID with the place, what is wrong and what was meant
 */
export function checkRules(given: unknown, where: string): InclusionRule[] {
  if (!Array.isArray(given)) throw invalid(where, `${shown(given)} is not a list of rules`);
  if (given.length > ruleLimits.rules) {
    throw invalid(where, `${given.length} rules are more than ${ruleLimits.rules}`);
  }
  return given.map((rule, i) => checkRule(rule, `${where}[${i}]`));
}

/** One rule. Throws RULE_INVALID. */
export function checkRule(given: unknown, where: string): InclusionRule {
  const rule = typeof given === 'string' ? given.trim() : checkMatcher(given, where);
  if (rule === '') throw invalid(where, 'An empty rule says nothing');
  if (typeof rule === 'string' && rule.length > ruleLimits.condition) {
    throw invalid(where, `A rule of ${rule.length} characters is longer than ${ruleLimits.condition}`);
  }
  const condition = conditionOf(rule);
  const [problem] = checkExpression(condition, ruleSchema).filter(({ severity }) => severity === 'error');
  if (problem) throw invalid(where, `The rule cannot be asked: ${problem.message}`, problem.mend);
  planned(condition, where);
  return rule;
}

/** The condition taken apart. Throws RULE_INVALID for what only that finds, such as questions to the history. */
export function planned(condition: string, where: string): Filter {
  try {
    return planFilter(condition, 'item');
  } catch (error) {
    if (error instanceof BeckonError) {
      throw invalid(where, `The rule cannot be asked: ${error.message}`, error.mend);
    }
    throw error;
  }
}

function checkMatcher(given: unknown, where: string): Matcher {
  if (!isRecord(given)) throw invalid(where, `${shown(given)} is neither a condition nor a matcher`);
  const { attribute, operation, values, lowRange, highRange, source } = given;
  const operator = typeof operation === 'string' ? operationNamed(operation) : undefined;
  if (operator === undefined) throw unknownOperation(where, operation);
  const matcher: Matcher = { attribute: nameOf(attribute, `${where}.attribute`), operation: operator };
  if (values !== undefined && values !== null) matcher.values = valuesOf(values, `${where}.values`);
  if (lowRange !== undefined && lowRange !== null) matcher.lowRange = rangeOf(lowRange, `${where}.lowRange`);
  if (highRange !== undefined && highRange !== null) matcher.highRange = rangeOf(highRange, `${where}.highRange`);
  if (source !== undefined && source !== null) matcher.source = sourceOf(source, `${where}.source`);
  const lack = lacks(matcher);
  if (lack !== null) throw invalid(where, `"${operator}" of "${matcher.attribute}" ${lack}`);
  return matcher;
}

function sourceOf(given: unknown, where: string): NonNullable<Matcher['source']> {
  if (!isRecord(given)) throw invalid(where, `${shown(given)} is not a source`);
  const { name, type, defaultValue, excludeAllWhenEmpty } = given;
  if (type !== 'ENTITY' && type !== 'PROFILE' && type !== 'MBOX') {
    throw invalid(`${where}.type`, `${shown(type)} is none of ENTITY, PROFILE and MBOX`);
  }
  const source: NonNullable<Matcher['source']> = { name: nameOf(name, `${where}.name`), type };
  if (defaultValue !== undefined && defaultValue !== null) {
    source.defaultValue = valueOf(defaultValue, `${where}.defaultValue`);
  }
  if (excludeAllWhenEmpty !== undefined && excludeAllWhenEmpty !== null) {
    if (typeof excludeAllWhenEmpty !== 'boolean') {
      throw invalid(`${where}.excludeAllWhenEmpty`, `${shown(excludeAllWhenEmpty)} is neither true nor false`);
    }
    source.excludeAllWhenEmpty = excludeAllWhenEmpty;
  }
  return source;
}

function unknownOperation(where: string, given: unknown): BeckonError {
  const near = typeof given === 'string' ? nearest(given, operations) : undefined;
  const hint = near === undefined ? `; there are ${operations.join(', ')}` : `; did you mean "${near}"?`;
  return invalid(`${where}.operation`, `${shown(given)} is not an operation of a matcher${hint}`);
}

function nameOf(given: unknown, where: string): string {
  if (typeof given === 'string' && given.trim() !== '' && given.length <= ruleLimits.attribute) return given.trim();
  throw invalid(where, `${shown(given)} is not a name of 1 to ${ruleLimits.attribute} characters`);
}

function valuesOf(given: unknown, where: string): string[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > ruleLimits.values) {
    throw invalid(where, `${list.length} values are more than ${ruleLimits.values}`);
  }
  return list.map((value, i) => valueOf(value, `${where}[${i}]`));
}

/** Numbers and truth values are taken as their texts, as Target keeps them. */
function valueOf(given: unknown, where: string): string {
  const value = typeof given === 'number' || typeof given === 'boolean' ? String(given) : given;
  if (typeof value === 'string' && value.length <= ruleLimits.value) return value;
  throw invalid(where, `${shown(given)} is not a text of at most ${ruleLimits.value} characters`);
}

function rangeOf(given: unknown, where: string): string {
  const value = typeof given === 'number' ? String(given) : given;
  if (typeof value === 'string' && isPercent(value)) return value;
  throw invalid(where, `${shown(given)} is not a percentage from 0, such as "80"`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An error about a definition, with the place in the input. */
export function invalid(where: string, sentence: string, mend?: string): BeckonError {
  return new BeckonError(errors.RULE_INVALID, sentence, mend === undefined ? { where } : { where, mend });
}
