import type { FilterNode } from '../language/index.ts';
import type { Item } from './item.ts';
import type { RuleBook } from './rule-book.ts';
import type { InclusionRule, RuleContext } from './rule.ts';
import { isFixed } from './rule-index.ts';
import type { RuleIndex, Test } from './rule-index.ts';

/** What one rule does to the range of items, for a visitor, a cart or an item, or for nobody. */
export interface RuleEffect {
  /** As the language says it. */
  condition: string;
  /** Items for which it holds. */
  matches: number;
  /** It has no say here: its reference is empty and it says to be ignored then (INC-9). */
  ignored: boolean;
  /** Does it hang on the request, the visitor or the key item? */
  dynamic: boolean;
}

export interface RulePreview {
  /** Items for which all rules hold. */
  matches: number;
  /** Items there are. */
  of: number;
  rules: RuleEffect[];
  /** The first of them. */
  items: Item[];
}

/**
 * What rules let through: by the same engine that answers use, over all items. Goes through the items once a dynamic
 * rule; static ones are counted already.
 *
 * @throws RULE_INVALID
 */
export function previewRules(
  book: RuleBook,
  rules: readonly InclusionRule[],
  { context, limit }: { context: RuleContext; limit: number },
): RulePreview {
  const { index } = book.shelf(context.environment);
  const asked = book.asked(context);
  const { whole, each } = book.compile(rules);
  const effects = each.map(({ condition, tree }) => {
    const test = index.bind(tree, asked);
    return { condition, matches: countOf(index, tree, test), ignored: test === true, dynamic: !isFixed(tree) };
  });
  const test = index.bind(whole, asked);
  const items: Item[] = [];
  for (const number of index.members()) {
    if (items.length >= limit) break;
    const item = passes(test, number) ? index.itemOf(number) : undefined;
    if (item !== undefined) items.push(item);
  }
  return { matches: countOf(index, whole, test), of: index.size, rules: effects, items };
}

function passes(test: Test, number: number): boolean {
  return typeof test === 'boolean' ? test : test(number);
}

function countOf(index: RuleIndex, node: FilterNode, test: Test): number {
  if (typeof test === 'boolean') return test ? index.size : 0;
  if (isFixed(node)) return index.setOf(node).bits.count;
  let count = 0;
  for (const number of index.members()) if (test(number)) count++;
  return count;
}
