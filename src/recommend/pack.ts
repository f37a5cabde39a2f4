import type { Numbers } from './buffer.ts';
import type { Kept, KeptValue } from './kept.ts';

/** Bytes in each piece but the last. */
export const pieceBytes = 1 << 20;

const kinds = {
  Int32Array,
  Uint32Array,
  Float64Array,
  Float32Array,
  Uint8Array,
  Uint16Array,
} as const;

/** What was kept, with arrays told by kind, entries and first byte instead of by their content. */
export type Shape =
  | number
  | string
  | null
  | { array: keyof typeof kinds; entries: number; at: number }
  | { list: Shape[] }
  | { parts: Record<string, Shape> };

/**
 * Lays everything that was kept into pieces of `pieceBytes`, at most one a step (null where a step filled none), and ends
 * with the shape by which it is found again. A step copies no more than a piece and makes no more than one array, so
 * whoever pauses between steps holds nobody up; meanwhile nothing may be learned.
 */
export function* pack(kept: Kept): Generator<Uint8Array | null, Shape> {
  const buffer = new PieceBuffer();
  const shape = yield* lay(kept, buffer);
  if (buffer.filled > 0) yield buffer.take();
  return shape;
}

/** Not zeroed: what is handed out is filled. */
function blank(): Uint8Array {
  return Buffer.allocUnsafeSlow(pieceBytes);
}

class PieceBuffer {
  #piece = blank();
  filled = 0;
  /** Bytes laid down so far. */
  at = 0;

  /** Takes in what there is room for. @returns how many bytes */
  put(bytes: Uint8Array, from: number): number {
    const length = Math.min(bytes.length - from, pieceBytes - this.filled);
    this.#piece.set(bytes.subarray(from, from + length), this.filled);
    this.filled += length;
    this.at += length;
    return length;
  }

  take(): Uint8Array {
    const piece = this.#piece.subarray(0, this.filled);
    this.#piece = blank();
    this.filled = 0;
    return piece;
  }
}

function* lay(value: KeptValue, buffer: PieceBuffer): Generator<Uint8Array | null, Shape> {
  if (value === null || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'function') {
    const made = value();
    yield null;
    return yield* layArray(made, buffer);
  }
  if (ArrayBuffer.isView(value)) return yield* layArray(value, buffer);
  if (Array.isArray(value)) {
    const list: Shape[] = [];
    for (const one of value as readonly KeptValue[]) list.push(yield* lay(one, buffer));
    return { list };
  }
  const parts: Record<string, Shape> = {};
  for (const [name, one] of Object.entries(value)) parts[name] = yield* lay(one, buffer);
  return { parts };
}

function* layArray(array: Numbers, buffer: PieceBuffer): Generator<Uint8Array, Shape> {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const shape: Shape = {
    array: array.constructor.name as keyof typeof kinds,
    entries: array.length,
    at: buffer.at,
  };
  for (let from = 0; from < bytes.length;) {
    from += buffer.put(bytes, from);
    if (buffer.filled === pieceBytes) yield buffer.take();
  }
  return shape;
}

/** Takes pieces, in any order, and gives back what was kept. */
export class Unpacking {
  readonly kept: Kept;
  /** The arrays as bytes, in the order in which they lie. */
  readonly #arrays: { at: number; bytes: Uint8Array }[] = [];

  /** @throws Error when it is no shape of `bytes` bytes that anything could have been laid down in */
  constructor(shape: Shape, bytes: number) {
    this.kept = this.#make(shape, bytes) as Kept;
    const [last] = this.#arrays.slice(-1);
    if ((last?.at ?? 0) + (last?.bytes.length ?? 0) !== bytes) throw new Error('The shape and the pieces differ');
  }

  /** Puts piece `n` (from 0) where it belongs. */
  put(n: number, piece: Uint8Array): void {
    const from = n * pieceBytes;
    for (let i = this.#firstAfter(from); i < this.#arrays.length; i++) {
      const { at, bytes } = this.#arrays[i]!;
      if (at >= from + piece.length) return;
      const begin = Math.max(at, from);
      bytes.set(piece.subarray(begin - from, Math.min(at + bytes.length - from, piece.length)), begin - at);
    }
  }

  /** The first array that ends after this byte. */
  #firstAfter(from: number): number {
    let [low, high] = [0, this.#arrays.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const { at, bytes } = this.#arrays[middle]!;
      if (at + bytes.length > from) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #make(shape: Shape, most: number): KeptValue {
    if (shape === null || typeof shape !== 'object') return shape;
    if ('list' in shape) return shape.list.map((one) => this.#make(one, most));
    if ('parts' in shape) {
      return Object.fromEntries(Object.entries(shape.parts).map(([name, one]) => [name, this.#make(one, most)]));
    }
    const { array, entries, at } = shape;
    const [last] = this.#arrays.slice(-1);
    const isNext = at === (last?.at ?? 0) + (last?.bytes.length ?? 0);
    if (!isNext || !(entries >= 0) || at + entries * kinds[array].BYTES_PER_ELEMENT > most) {
      throw new Error('An array of the shape lies where none can lie');
    }
    const made = new kinds[array](entries);
    this.#arrays.push({ at, bytes: new Uint8Array(made.buffer) });
    return made;
  }
}
