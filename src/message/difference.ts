import { stableJson } from '../base/index.ts';
import type { Block, TemplateDocument } from './block.ts';

/** What is different in a version: a field, or a whole block that came or went. */
export interface Difference {
  what: 'changed' | 'added' | 'removed';
  /** JSON pointer into the newer document; of what was removed, into the older. */
  where: string;
  before: unknown;
  after: unknown;
}

/** From one document to another, in the order of reading. Blocks are told apart by what they say, not by their number. Pure. */
export function differences(before: TemplateDocument, after: TemplateDocument): Difference[] {
  const { blocks: older, ...head } = before;
  const { blocks: newer, ...headNow } = after;
  return [...fields('', head, headNow), ...ofBlocks(older, newer)];
}

/** Leaves that differ below two values. */
function fields(where: string, before: unknown, after: unknown): Difference[] {
  if (stableJson(before ?? null) === stableJson(after ?? null)) return [];
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => fields(`${where}/${name}`, before[name], after[name]));
  }
  const what = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return [{ what, where, before: before ?? null, after: after ?? null }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ofBlocks(older: readonly Block[], newer: readonly Block[]): Difference[] {
  const found: Difference[] = [];
  let [i, j] = [0, 0];
  for (const [keptOld, keptNew] of [...common(older, newer), [older.length, newer.length] as const]) {
    // Between two blocks that stayed: those of one kind are taken for one that was changed.
    while (i < keptOld || j < keptNew) {
      const [gone, come] = [i < keptOld ? older[i] : undefined, j < keptNew ? newer[j] : undefined];
      if (gone && come && gone.kind === come.kind) found.push(...fields(`/blocks/${j++}`, older[i++], come));
      else if (gone && !newer.slice(j, keptNew).some(({ kind }) => kind === gone.kind))
        found.push({ what: 'removed', where: `/blocks/${i++}`, before: gone, after: null });
      else if (come) found.push({ what: 'added', where: `/blocks/${j++}`, before: null, after: come });
      else found.push({ what: 'removed', where: `/blocks/${i++}`, before: gone, after: null });
    }
    i = keptOld + 1;
    j = keptNew + 1;
  }
  return found;
}

/** Places of the longest run of blocks that stand in both, in the same order. */
function common(older: readonly Block[], newer: readonly Block[]): (readonly [number, number])[] {
  const [a, b] = [older.map((one) => stableJson(one)), newer.map((one) => stableJson(one))];
  const length = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      length[i]![j] = a[i] === b[j] ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (length[i + 1]![j]! >= length[i]![j + 1]!) i++;
    else j++;
  }
  return pairs;
}
