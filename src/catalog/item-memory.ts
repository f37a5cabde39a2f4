import type { Item, WholeItem } from './item.ts';
import { groupOf, inEnvironment } from './item.ts';

/** All items in memory. */
export class ItemMemory {
  readonly #items = new Map<string, WholeItem>();
  readonly #groups = new Map<string, Set<string>>();

  get size(): number {
    return this.#items.size;
  }
  has(id: string): boolean {
    return this.#items.has(id);
  }
  whole(id: string): WholeItem | undefined {
    return this.#items.get(id);
  }
  get(id: string, environment: string | null): Item | undefined {
    const whole = this.#items.get(id);
    return whole && inEnvironment(whole, environment);
  }
  *all(environment: string | null): Iterable<Item> {
    for (const whole of this.#items.values()) {
      const item = inEnvironment(whole, environment);
      if (item) yield item;
    }
  }
  variants(group: string): readonly string[] {
    const own = this.#items.has(group) ? [group] : [];
    return [...own, ...(this.#groups.get(group) ?? [])];
  }
  put(item: WholeItem): void {
    this.delete(item.id);
    this.#items.set(item.id, item);
    if (item.variantOf === null) return;
    const group = groupOf(item);
    this.#groups.set(group, (this.#groups.get(group) ?? new Set()).add(item.id));
  }
  delete(id: string): void {
    const item = this.#items.get(id);
    if (!item) return;
    this.#items.delete(id);
    if (item.variantOf !== null) this.#groups.get(item.variantOf)?.delete(id);
  }
}
