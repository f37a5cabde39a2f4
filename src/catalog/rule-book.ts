import { nearest, shuffled, type Clock } from '../base/index.ts';
import type { FilterNode } from '../language/index.ts';
import type { Store } from '../store/index.ts';
import type { Catalog } from './catalog.ts';
import { unknown } from './definition-check.ts';
import type { Item } from './item.ts';
import { inStock } from './item.ts';
import { RuleCompiler } from './rule-compile.ts';
import type { Asked } from './rule-context.ts';
import { askedOf } from './rule-context.ts';
import type { Definition, Kind, Promotion } from './rule-definition.ts';
import { DefinitionStore } from './rule-definitions.ts';
import { grouped, ItemNumbers, RuleIndex } from './rule-index.ts';
import { RuleShelf } from './rule-shelf.ts';
import type { BoundPromotion, BoundRule, InclusionRule, ItemStandings, RuleContext, Rules } from './rule.ts';

export interface RuleBookParts {
  store: Store;
  clock: Clock;
  catalog: Catalog;
  /** The shop's zone, for dates in rules. */
  zone: string;
}

/**
 * Collections, exclusions and promotions, in memory with what they need to be asked at once: what preview, counts and
 * answers use is this one. A change acts on the next request.
 */
export class RuleBook implements Rules {
  readonly definitions: DefinitionStore;
  readonly #catalog: Catalog;
  readonly #zone: string;
  readonly #compiler = new RuleCompiler();
  readonly #numbers = new ItemNumbers();
  readonly #shelves = new Map<string | null, RuleShelf>();
  /** All exclusions that are on, each as what it lets through, made anew when definitions change. */
  #exclusions: { change: number; list: { rule: string; tree: FilterNode }[] } | null = null;
  readonly #promotions = new WeakMap<Promotion, { change: number; own: FilterNode; shown: FilterNode }>();

  private constructor({ store, clock, catalog, zone }: RuleBookParts) {
    this.#catalog = catalog;
    this.#zone = zone;
    this.definitions = new DefinitionStore({ store, clock, prepare: (rules) => this.prepare(rules) });
    catalog.watch((ids) => this.#changed(ids));
  }

  static async open(parts: RuleBookParts): Promise<RuleBook> {
    const book = new RuleBook(parts);
    await book.definitions.reload();
    await book.prepare(book.definitions.all().flatMap(({ rules }) => (rules.length > 0 ? [rules] : [])));
    return book;
  }

  bindCollection(id: string | null, context: RuleContext): BoundRule {
    const shelf = this.#shelf(context.environment);
    if (id === null || id === 'all') return shelf.bound(true, 'all items', null);
    const { name, rules } = this.definition('collection', id);
    const tree = this.#compiler.whole(rules);
    return shelf.bound(shelf.bind(tree, this.#asked(context)), `collection "${name}"`, shelf.sizeOf(tree));
  }

  bindExclusions(context: RuleContext): BoundRule[] {
    return this.#shelf(context.environment).excluding(this.#excluding(), this.#asked(context));
  }

  bindInclusion(rules: readonly InclusionRule[], context: RuleContext): BoundRule[] | 'nothing' {
    return this.#shelf(context.environment).including(this.#compiler.each(rules), this.#asked(context));
  }

  promotion(id: string, context: RuleContext): BoundPromotion {
    return this.promoted(this.definition('promotion', id), context);
  }

  /** The same of a promotion that need not be kept. */
  promoted(promotion: Promotion, context: RuleContext): BoundPromotion {
    const { name, front, back, on, starts, ends, randomise } = promotion;
    const rule = `promotion "${name}"`;
    const { now } = context;
    if (!on || (starts !== null && now < starts) || (ends !== null && now >= ends)) {
      return { front: 0, back: 0, items: [], rule };
    }
    const items = promotion.ids === null ? this.#promoted(promotion, context) : this.#typed(promotion.ids, context);
    const drawn = randomise && items.length > front + back;
    const seed = `${context.seed ?? new Date(now).toISOString().slice(0, 10)}/${promotion.key}`;
    return { front, back, items: drawn ? shuffled(items, seed) : items, rule };
  }

  standings(environment: string | null): ItemStandings {
    return this.#shelf(environment);
  }

  /** A definition by its key or number. Throws RULE_UNKNOWN. */
  definition<K extends Kind>(kind: K, id: string): Definition<K> {
    const found = this.definitions.find(kind, id);
    if (found) return found;
    throw unknown(
      kind,
      id,
      nearest(
        id,
        this.definitions.list(kind).map(({ key }) => key),
      ),
    );
  }

  /** Reads what rules will ask of the items, in small steps, so that the first request need not. */
  async prepare(lists: readonly (readonly InclusionRule[])[]): Promise<void> {
    const { index } = this.#shelf(null);
    await index.prepare(lists.map((rules) => this.#compiler.whole(rules)));
  }

  /** The shelf of an environment; names that no item knows have the usual one. */
  shelf(environment: string | null | undefined): RuleShelf {
    return this.#shelf(environment);
  }

  /** What a request says besides the item, as rules see it. */
  asked(context: RuleContext): Asked {
    return this.#asked(context);
  }

  /** Items that a definition is about, in an environment; null when that hangs on who asks. */
  sizeOf(one: Definition, environment: string | null): number | null {
    if (one.kind !== 'promotion') return this.#shelf(environment).sizeOf(this.#compiler.whole(one.rules));
    const promotion = one as Promotion;
    return promotion.ids === null
      ? this.#shelf(environment).sizeOf(this.#treesOf(promotion).own)
      : promotion.ids.length;
  }

  /** An item as an environment sees it. */
  itemOf(id: string, environment: string | null | undefined): Item | undefined {
    return this.#catalog.shelf(environment ?? null).get(id);
  }

  /** All rules as one filter; throws RULE_INVALID. */
  compile(rules: readonly InclusionRule[]): {
    whole: FilterNode;
    each: readonly { condition: string; tree: FilterNode }[];
  } {
    return { whole: this.#compiler.whole(rules), each: this.#compiler.each(rules) };
  }

  #asked(context: RuleContext): Asked {
    return askedOf(context, this.#zone);
  }

  #shelf(environment: string | null | undefined): RuleShelf {
    const name =
      environment !== undefined && environment !== null && this.#catalog.environments.has(environment)
        ? environment
        : null;
    let shelf = this.#shelves.get(name);
    if (shelf === undefined) {
      shelf = new RuleShelf(new RuleIndex(this.#catalog.shelf(name), this.#numbers));
      this.#shelves.set(name, shelf);
    }
    return shelf;
  }

  #changed(ids: readonly string[] | null): void {
    // Any item may have changed: what was read of them is read again when it is asked for.
    if (ids === null) return this.#shelves.clear();
    for (const { index } of this.#shelves.values()) for (const id of ids) index.changed(id);
  }

  #excluding() {
    const { change } = this.definitions;
    if (this.#exclusions?.change === change) return this.#exclusions.list;
    const on = this.definitions.list('exclusion').filter((one) => one.on);
    const list = on.map(({ name, rules }) => ({ rule: `exclusion "${name}"`, tree: this.#compiler.without(rules) }));
    this.#exclusions = { change, list };
    return list;
  }

  /** Ids as typed, without those that are unknown, sold out or excluded. */
  #typed(ids: readonly string[], context: RuleContext): string[] {
    const shelf = this.#catalog.shelf(context.environment ?? null);
    const bound = this.bindExclusions(context);
    const shows = (item: Item | undefined) =>
      item !== undefined && inStock(item) && bound.every((one) => one.accepts(item));
    return ids.filter((id) => shows(shelf.get(id)));
  }

  #promoted(promotion: Promotion, context: RuleContext): readonly string[] {
    return this.#shelf(context.environment).dearest(this.#treesOf(promotion).shown, this.#asked(context));
  }

  /** What a promotion lets through: `own`, by its rules and its collection; `shown`, without what is excluded. */
  #treesOf(promotion: Promotion): { own: FilterNode; shown: FilterNode } {
    const { change } = this.definitions;
    const known = this.#promotions.get(promotion);
    if (known?.change === change) return known;
    const collection = promotion.collection === null ? [] : this.definition('collection', promotion.collection).rules;
    const both = [this.#compiler.whole(collection), this.#compiler.whole(promotion.rules)];
    const own: FilterNode = { kind: 'and', of: both.flatMap((tree) => (tree.kind === 'and' ? tree.of : [tree])) };
    const shown: FilterNode = { kind: 'and', of: [own, ...this.#excluding().map((one) => one.tree)] };
    const made = { change, own: grouped(own), shown };
    this.#promotions.set(promotion, made);
    return made;
  }
}
