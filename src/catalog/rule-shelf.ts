import type { FilterNode } from '../language/index.ts';
import { dearest } from './promotion-order.ts';
import type { Compiled } from './rule-compile.ts';
import type { Asked } from './rule-context.ts';
import type { BoundRule, ItemStandings, Standing } from './rule.ts';
import { isFixed } from './rule-index.ts';
import type { RuleIndex, Test } from './rule-index.ts';
import type { Item } from './item.ts';

/** Promoted items found beyond the slots, so that what an answer cannot show leaves no slot empty. */
const mostPromoted = 200;
/** Answers kept of one promotion, by what its rules were settled to. */
const mostKept = 256;

/** The rules of one environment, bound. */
export class RuleShelf implements ItemStandings {
  readonly index: RuleIndex;
  readonly #promoted = new WeakMap<FilterNode, { version: number; bySign: Map<string, readonly string[]> }>();

  constructor(index: RuleIndex) {
    this.index = index;
  }

  numberOf(id: string): number | undefined {
    return this.index.numbers.find(id);
  }

  standing(number: number): Standing {
    return this.index.standing(number);
  }

  /** What passes; `negated` turns it round, for exclusions. True and false: everything, or nothing. */
  bind(node: FilterNode, asked: Asked): Test {
    return this.index.bind(node, asked);
  }

  /** A bound rule as answers ask it. */
  bound(test: Test, rule: string, size: number | null): BoundRule {
    const { index } = this;
    const passes = typeof test === 'boolean' ? () => test : test;
    return {
      rule,
      size: test === true ? index.size : test === false ? 0 : size,
      acceptsNumber: passes,
      accepts(item: Item) {
        const number = index.numbers.find(item.id);
        return number !== undefined && index.has(number) && passes(number);
      },
    };
  }

  /** Each tree that still has a say for one request. */
  excluding(trees: readonly { rule: string; tree: FilterNode }[], asked: Asked): BoundRule[] {
    return trees.flatMap(({ rule, tree }) => {
      const test = this.bind(tree, asked);
      return test === true ? [] : [this.bound(test, rule, this.sizeOf(tree))];
    });
  }

  /** The same of inclusion rules; `nothing` when no item can pass. */
  including(rules: readonly Compiled[], asked: Asked): BoundRule[] | 'nothing' {
    const bound: BoundRule[] = [];
    for (const { condition, tree } of rules) {
      const test = this.bind(tree, asked);
      if (test === false) return 'nothing';
      if (test !== true) bound.push(this.bound(test, condition, this.sizeOf(tree)));
    }
    return bound;
  }

  /** How many items pass; null when it hangs on the request. */
  sizeOf(node: FilterNode): number | null {
    return isFixed(node) ? this.index.setOf(node).bits.count : null;
  }

  /** Ids that pass and are in stock, dearest first. Kept while the items stay, by what the rules were settled to. */
  dearest(node: FilterNode, asked: Asked): readonly string[] {
    const signs: (string | null)[] = [];
    const test = this.index.bind(node, { ...asked, sign: (text) => signs.push(text) });
    const sign = signs.includes(null) ? null : JSON.stringify(signs);
    const kept = this.#keptOf(node);
    const known = sign === null ? undefined : kept.get(sign);
    if (known !== undefined) return known;
    const found = dearest(this.index, test, mostPromoted);
    if (sign !== null) kept.set(sign, found);
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
    return found;
  }

  #keptOf(node: FilterNode): Map<string, readonly string[]> {
    const { version } = this.index;
    const known = this.#promoted.get(node);
    if (known?.version === version) return known.bySign;
    const made = { version, bySign: new Map<string, readonly string[]>() };
    this.#promoted.set(node, made);
    return made.bySign;
  }
}
