import { BeckonError, stableJson, type Clock } from '../base/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import type { DefinitionInput } from './definition-check.ts';
import { checkDefinition, checkKey, keyFrom, unknown } from './definition-check.ts';
import { errors } from './error.ts';
import type { InclusionRule } from './rule.ts';
import { invalid } from './rule-check.ts';
import type { Content, Definition, Kind } from './rule-definition.ts';
import { kinds, ruleLimits } from './rule-definition.ts';
import { definitionOf, definitionsAbove, lockDefinitions, versionsOf, writeDefinition } from './rule-table.ts';

/** Names what uses a definition, as `criterion "Coats first"`; nothing when nothing does. */
export type UsersOf = (kind: Kind, key: string) => readonly string[] | Promise<readonly string[]>;

interface Parts {
  store: Store;
  clock: Clock;
  /** Called with the rules of a definition before it takes effect. */
  prepare: (rules: readonly (readonly InclusionRule[])[]) => Promise<void>;
}

/** Collections, exclusions and promotions as they are kept, in memory over their table. */
export class DefinitionStore {
  readonly #parts: Parts;
  readonly #kept = new Map<Kind, Map<string, Definition>>(kinds.map((kind) => [kind, new Map()]));
  readonly #users: UsersOf[] = [(kind, key) => this.#promotionsOf(kind, key)];
  #change = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Rises with every change; equal changes mean equal definitions. */
  get change(): number {
    return this.#change;
  }

  /** Asks who else uses a definition before it is removed. */
  onRemove(users: UsersOf): void {
    this.#users.push(users);
  }

  all(): Definition[] {
    return kinds.flatMap((kind) => this.list(kind));
  }

  /** By number, the order in which they were made. */
  list<K extends Kind>(kind: K): Definition<K>[] {
    return [...this.#kept.get(kind)!.values()].sort((a, b) => a.number - b.number) as Definition<K>[];
  }

  /** By key or number. */
  find<K extends Kind>(kind: K, id: string): Definition<K> | undefined {
    const kept = this.#kept.get(kind)!;
    const found =
      kept.get(id) ?? (/^\d{1,15}$/.test(id) ? this.list(kind).find((one) => one.number === Number(id)) : undefined);
    return found as Definition<K> | undefined;
  }

  /** What a definition would say that is only tried, in its one form. Throws as `put` does. */
  check<K extends Kind>(kind: K, input: DefinitionInput<K>): Content<K> {
    return this.#whole(kind, checkDefinition(kind, input));
  }

  /**
   * Makes a definition, or a new version of it. Saying the same again changes nothing.
   *
   * @param key null: one is made of the name
   * @throws RULE_INVALID, RULE_UNKNOWN for a collection that is not there
   */
  async put<K extends Kind>(
    kind: K,
    key: string | null,
    { input, by }: { input: DefinitionInput<K>; by: string | null },
  ): Promise<Definition<K>> {
    if (key !== null) checkKey(key);
    const content = this.check(kind, input);
    if (content.rules.length > 0) await this.#parts.prepare([content.rules]);
    return this.#inTurn(async () => {
      const made = await this.#parts.store.inTransaction((tx) => this.#write(tx, { kind, key, content, by }));
      await this.#refresh();
      return (this.find(kind, made) as Definition<K> | undefined)!;
    });
  }

  /** Takes a definition away. Throws RULE_UNKNOWN, and RULE_IN_USE while something uses it. */
  async remove(kind: Kind, id: string): Promise<void> {
    const found = this.find(kind, id);
    if (!found) throw unknown(kind, id, undefined);
    const users: string[] = [];
    for (const ask of this.#users) users.push(...(await ask(kind, found.key)));
    if (users.length > 0) {
      const more = users.length > 3 ? ` and ${users.length - 3} more` : '';
      throw new BeckonError(
        errors.RULE_IN_USE,
        `The ${kind} "${found.name}" is used by ${users.slice(0, 3).join(', ')}${more}`,
      );
    }
    await this.#inTurn(async () => {
      await this.#parts.store.inTransaction(async (tx) => {
        const { change } = await lockDefinitions(tx);
        const updatedAt = this.#parts.clock.now();
        await writeDefinition(tx, { ...found, updatedAt }, { change: change + 1, gone: true });
      });
      await this.#refresh();
    });
  }

  /** Its versions, newest first. Throws RULE_UNKNOWN. */
  async versions<K extends Kind>(
    kind: K,
    id: string,
  ): Promise<{ version: number; at: number; by: string | null; content: Content<K> }[]> {
    const found = this.find(kind, id);
    if (!found) throw unknown(kind, id, undefined);
    const rows = await versionsOf(this.#parts.store, kind, found.key);
    return rows.map((row) => ({ ...row, content: row.content as Content<K> }));
  }

  /** Takes in what other processes wrote. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#refresh());
  }

  async #write(
    tx: Tx,
    { kind, key, content, by }: { kind: Kind; key: string | null; content: Content; by: string | null },
  ): Promise<string> {
    const last = await lockDefinitions(tx);
    await this.#refresh(tx);
    const taken = (name: string) => this.#kept.get(kind)!.has(name);
    const own = key ?? keyFrom(content.name, kind, taken);
    const before = await definitionOf(tx, kind, own);
    const at = this.#parts.clock.now();
    if (before !== null && !before.gone && same(before.definition, content)) return own;
    if (this.#kept.get(kind)!.size >= ruleLimits.definitions && (before === null || before.gone)) {
      throw invalid('key', `There are ${ruleLimits.definitions} definitions of this kind already`);
    }
    const { number, version } = before?.definition ?? { number: last.number + 1, version: 0 };
    const createdAt = before === null || before.gone ? at : before.definition.createdAt;
    const kept = { kind, key: own, number, version: version + 1, createdAt, updatedAt: at, updatedBy: by };
    await writeDefinition(tx, { ...content, ...kept } as Definition, { change: last.change + 1 });
    return own;
  }

  /** With the key of the collection that a promotion names by key or number. */
  #whole<K extends Kind>(kind: K, content: Content<K>): Content<K> {
    if (kind !== 'promotion') return content;
    const { collection } = content as Content<'promotion'>;
    if (collection === null) return content;
    const found = this.find('collection', collection);
    if (!found) throw unknown('collection', collection, undefined);
    return { ...content, collection: found.key };
  }

  #promotionsOf(kind: Kind, key: string): string[] {
    if (kind !== 'collection') return [];
    return this.list('promotion').flatMap((one) => (one.collection === key ? [`promotion "${one.name}"`] : []));
  }

  async #refresh(from: Runner = this.#parts.store): Promise<void> {
    for (const { change, gone, definition } of await definitionsAbove(from, this.#change)) {
      const kept = this.#kept.get(definition.kind)!;
      if (gone) kept.delete(definition.key);
      else kept.set(definition.key, definition);
      this.#change = change;
    }
  }

  /** One after another, so that memory follows the table in the order of commits. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

/** Does a stored definition say just this? The database keeps the fields of an object in an order of its own. */
function same(before: Definition, content: Content): boolean {
  const own = Object.fromEntries(Object.keys(content).map((name) => [name, before[name as keyof Definition]]));
  return stableJson(own) === stableJson(content);
}
