import type { Clock } from '../base/index.ts';
import { BeckonError, turn } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { errors } from './error.ts';
import type { ItemInput, Refusal } from './input.ts';
import { itemLimits } from './input.ts';
import type { Item, ItemChange, WholeItem } from './item.ts';
import { changesOf, inEnvironment } from './item.ts';
import { ItemMemory } from './item-memory.ts';
import type { Source } from './origin.ts';
import { pageSource } from './origin.ts';
import { declared, misfitting, retyped, type Declaration, type Misfit } from './retype.ts';
import type { Attribute, AttributeNote, Schema } from './schema.ts';
import { firstSchema } from './schema.ts';
import { checkSettings, firstSettings, settingsAfter, type ItemSettings } from './shop-settings.ts';
import {
  createdAt,
  itemsAbove,
  lockItems,
  markGone,
  settingsAbove,
  storedItems,
  writeItems,
  writeSetting,
} from './table.ts';
import type { Written } from './write.ts';
import { checkRows, foldRows } from './write.ts';

/** What a write did. `kept` counts the rows that were taken, changed or not. */
export interface UpsertReport {
  kept: number;
  changes: ItemChange[];
  refused: Refusal[];
  /** About attributes that are new or of another kind; one note an attribute. */
  notes: AttributeNote[];
}

export interface CatalogOptions {
  /** The shop's currency, for sources that give a price and say none. */
  currency?: string;
}

/** What is sold in one environment. Equal versions mean equal items. */
export interface Shelf {
  get(id: string): Item | undefined;
  all(): Iterable<Item>;
  readonly version: number;
}

/** Called after items have changed in memory, whoever wrote them; null: any of them may have. Must not throw. */
export type Watcher = (ids: readonly string[] | null) => void;

/**
 * What is sold, whole in memory over table `item`, so that a recommendation looks items up without a query. Writes go
 * to the table first; `reload` takes in what other processes wrote.
 */
export class Catalog implements Shelf {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #currency: string | null;
  readonly #items = new ItemMemory();
  readonly #watchers = new Set<Watcher>();
  readonly #environments = new Set<string>();
  #onChanges: (tx: Tx, changes: readonly ItemChange[]) => Promise<void> = async () => {};
  #schema: Schema = firstSchema;
  #settings: ItemSettings = firstSettings;
  #version = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(store: Store, clock: Clock, options: CatalogOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#currency = options.currency ?? null;
  }

  /** Reads all items of the table into memory. */
  static async open(store: Store, clock: Clock, options: CatalogOptions = {}): Promise<Catalog> {
    const catalog = new Catalog(store, clock, options);
    await catalog.reload();
    return catalog;
  }

  /** The item as the usual environment sees it: the one that the settings name. */
  get(id: string): Item | undefined {
    return this.#items.get(id, this.#settings.environment);
  }

  /** All items of the usual environment, in no order that holds. */
  all(): Iterable<Item> {
    return this.#items.all(this.#settings.environment);
  }

  /** The item with what environments say differently. */
  whole(id: string): WholeItem | undefined {
    return this.#items.whole(id);
  }

  /** Ids of the items of all environments. */
  ids(): Iterable<string> {
    return this.#items.ids();
  }

  /** When an item came into the catalogue, UTC ms; asks the database. */
  createdAt(id: string): Promise<number | null> {
    return createdAt(this.#store, id);
  }

  /** What is sold in an environment, by its name; null is the usual one. An unknown name sees what holds everywhere. */
  shelf(environment: string | null): Shelf {
    if (environment === null) return this;
    const [items, version] = [this.#items, () => this.#version];
    return {
      get: (id) => items.get(id, environment),
      all: () => items.all(environment),
      get version() {
        return version();
      },
    };
  }

  /** Names of the environments that items were ever said to differ in, or to be sold in. */
  get environments(): ReadonlySet<string> {
    return this.#environments;
  }

  /** Ids of the items of one group: the parent, if it is an item, and its variants. */
  variants(group: string): readonly string[] {
    return this.#items.variants(group);
  }

  /** Items of all environments. */
  get size(): number {
    return this.#items.size;
  }

  /** Rises with every write that changed an item or a setting; equal versions mean equal items. */
  get version(): number {
    return this.#version;
  }

  /** The shop's currency, which holds where a source says none. */
  get currency(): string | null {
    return this.#currency;
  }

  /** The attributes of the shop, declared or found. */
  get schema(): Schema {
    return this.#schema;
  }

  /** What holds for all items. */
  get settings(): ItemSettings {
    return this.#settings;
  }

  /** Changes settings, from the next answer on; what items say stays. @throws ITEM_IMAGE_BASE_INVALID, ITEM_FIELD_INVALID */
  set(changed: Partial<ItemSettings>): Promise<void> {
    return this.#inTurn(() => {
      const wanted = checkSettings({ ...this.#settings, ...changed });
      return this.#write('items', wanted, () => this.#hold(wanted));
    });
  }

  /**
   * Holds an attribute to a type from now on, and brings what is stored into it, a part at a time. Values that cannot be
   * are told and nothing is changed, unless they are to be cleared.
   *
   * @throws ATTRIBUTE_DECLARATION_INVALID, ATTRIBUTE_VALUES_MISFIT
   */
  async declare(
    name: string,
    declaration: Declaration,
    { clear = false }: { clear?: boolean } = {},
  ): Promise<{ changed: number; cleared: number }> {
    const attribute = declared(this.#schema, name, declaration);
    return this.#inTurn(async () => {
      const { ids, misfits } = await this.#unlike(attribute);
      if (misfits.length > 0 && !clear) throw misfitting(attribute, misfits);
      await this.#putSchema(attribute);
      for (let from = 0; from < ids.length; from += pageSize) {
        await this.#retype(ids.slice(from, from + pageSize), attribute);
      }
      return { changed: ids.length, cleared: misfits.length };
    });
  }

  /** Lets an attribute hold any kind of value again; what is stored stays. */
  undeclare(name: string): Promise<void> {
    return this.#inTurn(async () => {
      const known = Object.hasOwn(this.#schema, name) ? this.#schema[name]! : null;
      if (known?.declared === true) await this.#putSchema({ ...known, declared: false });
    });
  }

  /** Items that would become others by a declaration, and values that do not fit it. */
  async #unlike(attribute: Attribute): Promise<{ ids: string[]; misfits: Misfit[] }> {
    const [ids, misfits]: [string[], Misfit[]] = [[], []];
    let looked = 0;
    for (const id of this.#items.ids()) {
      if (++looked % pageSize === 0) await turn();
      const item = this.#items.whole(id);
      if (item === undefined) continue;
      const after = retyped(item, attribute);
      if (after.item !== item) ids.push(id);
      misfits.push(...after.misfits);
    }
    return { ids, misfits };
  }

  async #retype(ids: readonly string[], attribute: Attribute): Promise<void> {
    const written = await this.#store.inTransaction(async (tx) => {
      const version = (await this.#alone(tx)) + 1;
      const items = ids.flatMap((id) => {
        const item = this.#items.whole(id);
        return item === undefined ? [] : [{ item: retyped(item, attribute).item, origins: {} }];
      });
      if (items.length > 0) await writeItems(tx, items, version);
      return { written: items, schema: this.#schema, version };
    });
    this.#taken(written);
  }

  #putSchema(attribute: Attribute): Promise<void> {
    const schema = { ...this.#schema, [attribute.name]: attribute };
    return this.#write('schema', schema, () => (this.#schema = schema));
  }

  async #write(name: string, body: unknown, take: () => void): Promise<void> {
    const version = await this.#store.inTransaction(async (tx) => {
      const next = (await this.#alone(tx)) + 1;
      await writeSetting(tx, { name, version: next, body });
      return next;
    });
    take();
    this.#moved(version, null);
  }

  /** Is told what changed in price, stock and range, in the transaction that writes it: it is true when that commits. */
  onChanges(listener: (tx: Tx, changes: readonly ItemChange[]) => Promise<void>): void {
    this.#onChanges = listener;
  }

  /** Hears of changed items from now on. @returns what ends it */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Writes items: new ones are made, named fields replaced, null clears, nothing is ever removed. Bad rows are refused
   * one by one and lose nothing else. All rows taken are visible here and stored when this resolves.
   *
   * @param how `source`: who says so (origin.ts); what the page says never overwrites others
   * @throws ITEMS_TOO_MANY when the catalogue would pass its limit; then nothing was written
   */
  upsert(items: readonly ItemInput[], how: { source?: Source } = {}): Promise<UpsertReport> {
    const source = how.source ?? 'api';
    const { rows, refused } = checkRows(items);
    return this.#inTurn(async () => {
      const folded = await this.#store.inTransaction(async (tx) => {
        const version = await this.#alone(tx);
        const ids = [...new Set(rows.map(({ input }) => input.id))];
        const origins = source === pageSource ? await originsOf(tx, ids) : null;
        const done = foldRows((id) => this.#items.whole(id), rows, {
          now: this.#clock.now(),
          currency: this.#currency,
          usual: this.#settings.environment,
          schema: this.#schema,
          source,
          origins,
        });
        this.#checkRoom(done);
        if (done.written.length > 0) await writeItems(tx, done.written, version + 1);
        if (done.schema !== this.#schema) await this.#writeSchema(tx, done.schema, version + 1);
        if (done.changes.length > 0) await this.#onChanges(tx, done.changes);
        return { ...done, version: version + 1 };
      });
      this.#taken(folded);
      const all = [...refused, ...folded.refused].sort((a, b) => a.row - b.row);
      return { kept: folded.kept, changes: folded.changes, refused: all, notes: folded.notes };
    });
  }

  /** Takes items out of the catalogue; ids that are not in it are left alone. */
  remove(ids: readonly string[]): Promise<{ removed: number; changes: ItemChange[] }> {
    return this.#inTurn(async () => {
      const at = this.#clock.now();
      const { found, changes, version } = await this.#store.inTransaction(async (tx) => {
        const last = await this.#alone(tx);
        const known = [...new Set(ids)].flatMap((id) => this.#items.whole(id) ?? []);
        if (known.length > 0) await markGone(tx, { ids: known.map(({ id }) => id), version: last + 1, at });
        const usual = this.#settings.environment;
        const gone = known.flatMap((item) => changesOf(inEnvironment(item, usual), undefined, at));
        if (gone.length > 0) await this.#onChanges(tx, gone);
        return { found: known, changes: gone, version: last + 1 };
      });
      const gone = found.map(({ id }) => id);
      for (const id of gone) this.#items.delete(id);
      if (gone.length > 0) this.#moved(version, gone);
      return { removed: gone.length, changes };
    });
  }

  /** Takes in what was written since, by whichever process. */
  reload(): Promise<void> {
    return this.#inTurn(() => this.#refresh(this.#store));
  }

  /** Makes this transaction the only writer, and this memory equal to the table. Gives the last version written. */
  async #alone(tx: Tx): Promise<number> {
    const version = await lockItems(tx);
    if (version > this.#version) await this.#refresh(tx);
    return version;
  }

  async #refresh(from: Pick<Store, 'rows' | 'run'>): Promise<void> {
    const known = this.#version;
    const settings = await settingsAbove(from, known);
    let version = Math.max(known, ...settings.map((one) => one.version));
    for (const one of settings) {
      if (one.name === 'schema') this.#schema = one.body as Schema;
      else this.#hold(settingsAfter(this.#settings, one));
    }
    let next = itemsAbove(from, { version: known + 1, id: '' }, pageSize);
    for (;;) {
      const rows = await next;
      const last = rows.at(-1);
      if (!last) break;
      // The database reads on while this page is taken in.
      const isFull = rows.length === pageSize;
      if (isFull) next = itemsAbove(from, { version: last.version, id: last.item.id }, pageSize);
      for (const { gone, item } of rows) {
        if (gone) this.#items.delete(item.id);
        else this.#put(item);
      }
      version = Math.max(version, last.version);
      this.#moved(
        version,
        rows.map(({ item }) => item.id),
      );
      if (!isFull) break;
    }
    if (settings.length > 0) this.#moved(version, null);
  }

  #taken({ written, schema, version }: Pick<Written, 'written' | 'schema'> & { version: number }): void {
    if (written.length === 0 && schema === this.#schema) return;
    this.#schema = schema;
    for (const { item } of written) this.#put(item);
    this.#moved(
      version,
      written.map(({ item }) => item.id),
    );
  }

  #hold(settings: ItemSettings): void {
    this.#settings = settings;
    this.#items.imageBase = settings.imageBase;
  }

  #put(item: WholeItem): void {
    this.#items.put(item);
    for (const name of Object.keys(item.environments)) this.#environments.add(name);
  }

  #moved(version: number, ids: readonly string[] | null): void {
    this.#version = version;
    for (const watcher of this.#watchers) watcher(ids);
  }

  async #writeSchema(tx: Tx, schema: Record<string, Attribute>, version: number): Promise<void> {
    await writeSetting(tx, { name: 'schema', version, body: schema });
  }

  #checkRoom({ written }: Written): void {
    const size = this.#items.size + written.filter(({ item }) => !this.#items.has(item.id)).length;
    if (size > itemLimits.items) {
      throw new BeckonError(
        errors.ITEMS_TOO_MANY,
        `The catalogue would hold ${size} items; its limit is ${itemLimits.items}`,
      );
    }
  }

  /** One after another, so that memory follows the table in the order of commits. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

/** Rows read in one go. */
const pageSize = 5000;

async function originsOf(tx: Tx, ids: readonly string[]) {
  const rows = await storedItems(tx, ids);
  return new Map(rows.filter(({ gone }) => !gone).map(({ item, origins }) => [item.id, origins]));
}
