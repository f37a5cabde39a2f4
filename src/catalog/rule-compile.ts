import type { FilterNode } from '../language/index.ts';
import { planned } from './rule-check.ts';
import { grouped } from './rule-index.ts';
import type { InclusionRule } from './rule.ts';
import { conditionOf } from './rule-matcher.ts';

/** A rule taken apart once, to be bound for each request. */
export interface Compiled {
  /** As text, for reasons. */
  condition: string;
  tree: FilterNode;
}

/** Conditions kept taken apart. */
const mostKept = 4096;

/** Takes rules apart, each once: lists of rules by what they are, conditions by their text. */
export class RuleCompiler {
  readonly #byText = new Map<string, Compiled>();
  readonly #byList = new WeakMap<readonly InclusionRule[], readonly Compiled[]>();
  readonly #without = new WeakMap<FilterNode, FilterNode>();
  readonly #wholes = new WeakMap<readonly InclusionRule[], FilterNode>();

  /** Each of the rules. Throws RULE_INVALID. */
  each(rules: readonly InclusionRule[]): readonly Compiled[] {
    const known = this.#byList.get(rules);
    if (known !== undefined) return known;
    const made = rules.map((rule, i) => this.#compile(rule, i));
    this.#byList.set(rules, made);
    return made;
  }

  /** All of the rules as one filter, which holds when each does. Throws RULE_INVALID. */
  whole(rules: readonly InclusionRule[]): FilterNode {
    const known = this.#wholes.get(rules);
    if (known !== undefined) return known;
    const trees = this.each(rules).map(({ tree }) => tree);
    const made = grouped({ kind: 'and', of: trees.flatMap((tree) => (tree.kind === 'and' ? tree.of : [tree])) });
    this.#wholes.set(rules, made);
    return made;
  }

  /** What the rules do not hold for. Throws RULE_INVALID. */
  without(rules: readonly InclusionRule[]): FilterNode {
    const of = this.whole(rules);
    const known = this.#without.get(of);
    if (known !== undefined) return known;
    const made: FilterNode = { kind: 'not', of };
    this.#without.set(of, made);
    return made;
  }

  #compile(rule: InclusionRule, place: number): Compiled {
    const condition = conditionOf(rule);
    const known = this.#byText.get(condition);
    if (known !== undefined) return known;
    const made = { condition, tree: grouped(planned(condition, `rules[${place}]`).tree) };
    this.#byText.set(condition, made);
    if (this.#byText.size > mostKept) this.#byText.delete(this.#byText.keys().next().value!);
    return made;
  }
}
