import type { Numbers } from './buffer.ts';

/**
 * What a part of the engine hands to a snapshot and is restored from: numbers, short texts, and arrays. The arrays are
 * the living ones, not copies. A function stands for an array that is made when its turn comes.
 */
export type KeptValue = number | string | null | Numbers | readonly KeptValue[] | Kept | (() => Numbers);

export interface Kept {
  readonly [name: string]: KeptValue;
}
