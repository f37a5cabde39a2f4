import { BeckonError, type Clock, type Log } from '../base/index.ts';
import type { Catalog, UpsertReport } from './catalog.ts';
import { errors } from './error.ts';
import { checkItem, type ItemInput, type Refusal } from './input.ts';
import { itemOfPage } from './page-item.ts';
import { pageSource } from './origin.ts';

/** Items of which a page has spoken and that wait to be written. */
const mostWaiting = 1000;
/** Items of which is remembered what was said last: most pages say the same again. */
const mostRemembered = 20_000;
/** Items that pages may add in a day of UTC: whoever can open a page can say that there is one. */
const mostNew = 10_000;
const dayMs = 24 * 3600 * 1000;

/**
 * What pages say of items, where the shop lets them (recommendations CAT-11, docs/decision/0014). It is written a moment
 * later, many at once, and never over what a feed or the API said. What was not yet written when a process dies, the
 * next view of that page says again.
 */
export class PageItems {
  readonly #catalog: Pick<Catalog, 'settings' | 'whole' | 'upsert'>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #hosts: ReadonlySet<string>;
  #waiting = new Map<string, ItemInput>();
  readonly #said = new Map<string, string>();
  #day = -1;
  #made = 0;

  /** @param parts `hosts`: where addresses of items and pictures may lead, besides the base of pictures */
  constructor(parts: {
    catalog: Pick<Catalog, 'settings' | 'whole' | 'upsert'>;
    clock: Clock;
    log: Log;
    hosts: readonly string[];
  }) {
    this.#catalog = parts.catalog;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#hosts = new Set(parts.hosts);
  }

  /** Does anybody want to know? */
  get isOn(): boolean {
    return this.#catalog.settings.fromPages;
  }

  /**
   * Hears what a page says of an item, by Target's names without `entity.`.
   *
   * @returns why it is not taken; null when it is, or says nothing new, or nobody wants to know
   */
  tell(id: string, said: Readonly<Record<string, unknown>>): Refusal | null {
    if (!this.isOn) return null;
    const text = JSON.stringify(said);
    if (text === '{}' || this.#said.get(id) === text) return null;
    try {
      const input = checkItem(itemOfPage(id, said));
      const isNew = this.#catalog.whole(input.id) === undefined && !this.#waiting.has(input.id);
      // Without a name there is nothing to show: the page of the item itself will say more.
      if (isNew && input.name === undefined) return null;
      this.#requireHost('pageUrl', input.url);
      this.#requireHost('thumbnailUrl', input.imageUrl);
      this.#requireRoom(isNew);
      this.#remember(id, text);
      this.#waiting.set(input.id, joined(this.#waiting.get(input.id), input));
      return null;
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      return { row: 1, id: id.slice(0, 256), code: error.code, why: error.message };
    }
  }

  /** Writes what waits. @returns how many items that was */
  async work(): Promise<number> {
    if (this.#waiting.size === 0) return 0;
    const rows = this.#waiting;
    this.#waiting = new Map();
    const { refused, changes } = await this.#write(rows);
    this.#made += changes.filter(({ field }) => field === 'new').length;
    if (refused.length > 0) this.#log.warn('catalog.page-refused', { count: refused.length, first: refused[0]!.why });
    return rows.size;
  }

  /** What could not be written waits for the next time; where there is no room for it, the pages may say it again. */
  async #write(rows: ReadonlyMap<string, ItemInput>): Promise<Pick<UpsertReport, 'refused' | 'changes'>> {
    try {
      return await this.#catalog.upsert([...rows.values()], { source: pageSource });
    } catch (error) {
      if (error instanceof BeckonError && error.code === errors.ITEMS_TOO_MANY.code) {
        for (const id of rows.keys()) this.#said.delete(id);
        return { refused: [{ row: 1, id: null, code: error.code, why: error.message }], changes: [] };
      }
      for (const [id, input] of rows) {
        const later = this.#waiting.get(id);
        this.#waiting.set(id, later === undefined ? input : joined(input, later));
      }
      throw error;
    }
  }

  #remember(id: string, text: string): void {
    if (this.#said.size >= mostRemembered) this.#said.clear();
    this.#said.set(id, text);
  }

  #requireHost(field: string, address: string | null | undefined): void {
    if (address === null || address === undefined) return;
    const base = 'https://page.invalid';
    const { host } = new URL(address, base);
    const { imageBase } = this.#catalog.settings;
    const isKnown = this.#hosts.has(host) || (imageBase !== null && new URL(imageBase).host === host);
    if (new URL(base).host === host || isKnown) return;
    throw new BeckonError(errors.ITEM_PAGE_REFUSED, `${field} leads to ${host}, which is no host of the shop`);
  }

  #requireRoom(isNew: boolean): void {
    const day = Math.floor(this.#clock.now() / dayMs);
    if (day !== this.#day) [this.#day, this.#made] = [day, 0];
    if (this.#waiting.size >= mostWaiting) {
      throw new BeckonError(errors.ITEM_PAGE_REFUSED, `${mostWaiting} items wait to be written already`);
    }
    if (!isNew || this.#made < mostNew) return;
    throw new BeckonError(errors.ITEM_PAGE_REFUSED, `Pages have brought ${mostNew} new items today`);
  }
}

/** The last word of each field holds. */
function joined(before: ItemInput | undefined, after: ItemInput): ItemInput {
  if (before === undefined) return after;
  const attributes = { ...before.attributes, ...after.attributes };
  return { ...before, ...after, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
}
