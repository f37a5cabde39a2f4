import { RuleCompiler } from './rule-compile.ts';
import { askedOf } from './rule-context.ts';
import type { Exclusion } from './rule-definition.ts';
import { ItemNumbers, RuleIndex, type ItemSource } from './rule-index.ts';
import { RuleShelf } from './rule-shelf.ts';
import type { BoundRule, InclusionRule, RuleContext } from './rule.ts';

/** Exclusions as far as they say what they keep out. */
export type Excluding = Pick<Exclusion, 'name' | 'rules'>;

/**
 * Exclusions and inclusion rules as they stand at one moment, over items that stay as they are: what needs no database,
 * and can go to a thread. What they mean is what they mean in the book, by the same index.
 */
export class StandingRules {
  readonly #shelf: RuleShelf;
  readonly #compiler = new RuleCompiler();
  readonly #exclusions: readonly Excluding[];
  readonly #zone: string;

  /** @param parts `items`: none may change; `exclusions`: those that are on */
  constructor(parts: { items: ItemSource; exclusions: readonly Excluding[]; zone: string }) {
    this.#shelf = new RuleShelf(new RuleIndex(parts.items, new ItemNumbers()));
    this.#exclusions = parts.exclusions;
    this.#zone = parts.zone;
  }

  bindExclusions(context: RuleContext): BoundRule[] {
    const excluding = this.#exclusions.map(({ name, rules }) => ({
      rule: `exclusion "${name}"`,
      tree: this.#compiler.without(rules),
    }));
    return this.#shelf.excluding(excluding, askedOf(context, this.#zone));
  }

  /** `nothing` when no item can pass. */
  bindInclusion(rules: readonly InclusionRule[], context: RuleContext): BoundRule[] | 'nothing' {
    return this.#shelf.including(this.#compiler.each(rules), askedOf(context, this.#zone));
  }
}
