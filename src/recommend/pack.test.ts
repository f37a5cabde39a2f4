import {
  array,
  assert,
  constant,
  dictionary,
  float32Array,
  float64Array,
  int32Array,
  integer,
  oneof,
  property,
  string,
  uint16Array,
  uint8Array,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, pieceBytes, Unpacking, type Shape } from './pack.ts';
import type { Kept } from './kept.ts';

function packed(kept: Kept): { shape: Shape; pieces: Uint8Array[]; bytes: number } {
  const pieces: Uint8Array[] = [];
  const work = pack(kept);
  let step = work.next();
  for (; !step.done; step = work.next()) if (step.value !== null) pieces.push(step.value);
  return { shape: step.value, pieces, bytes: pieces.reduce((sum, piece) => sum + piece.length, 0) };
}

function unpacked({ shape, pieces, bytes }: ReturnType<typeof packed>): Kept {
  const work = new Unpacking(JSON.parse(JSON.stringify(shape)) as Shape, bytes);
  pieces
    .map((piece, n) => ({ piece, n }))
    .reverse()
    .forEach(({ piece, n }) => work.put(n, piece));
  return work.kept;
}

const bytesOf = ({ buffer }: Int32Array) => Buffer.from(buffer as ArrayBuffer);

describe('packing what was kept', () => {
  it('gives back numbers, texts and arrays of every kind, from pieces in any order', () => {
    const arrays = oneof(int32Array(), uint8Array(), float64Array(), float32Array(), uint16Array());
    const value = oneof(integer(), constant(null), string(), arrays, array(arrays));
    assert(
      property(dictionary(string(), value, { noNullPrototype: true }), (kept) => {
        expect(unpacked(packed(kept as Kept))).toEqual(kept);
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('makes one array a step at most, however little each holds, so that whoever pauses between steps holds nobody up', () => {
    let made = 0;
    const small = () => () => Uint8Array.of(++made % 256);
    const work = pack({ names: Array.from({ length: 50 }, small), more: { one: small(), two: small() } });
    for (let step = work.next(), before = 0; !step.done; step = work.next(), before = made) {
      expect(made - before).toBeLessThanOrEqual(1);
    }
    expect(made).toBe(52);
  });

  it('cuts arrays over several pieces, none larger than it may be', () => {
    const large = Int32Array.from({ length: pieceBytes }, (_, i) => i * 7);
    const kept: Kept = { small: Uint8Array.of(1, 2, 3), large, later: () => Uint8Array.of(4, 5), n: 1 };
    const all = packed(kept);
    expect(all.pieces.map(({ length }) => length)).toEqual([pieceBytes, pieceBytes, pieceBytes, pieceBytes, 5]);
    const back = unpacked(all);
    expect(Buffer.compare(bytesOf(back.large as Int32Array), bytesOf(large))).toBe(0);
    expect({ ...back, large: null }).toEqual({ ...kept, later: Uint8Array.of(4, 5), large: null });
  });

  it('refuses a shape that does not fit the bytes there are', () => {
    const { shape, bytes } = packed({ a: Int32Array.of(1, 2), b: Int32Array.of(3) });
    expect(() => new Unpacking(shape, bytes + 1)).toThrow('differ');
    expect(() => new Unpacking(shape, 8)).toThrow('lies where none can lie');
    const wrong = { parts: { a: { array: 'Int32Array', entries: 1e12, at: 0 } } } as Shape;
    expect(() => new Unpacking(wrong, 100)).toThrow('lies where none can lie');
  });
});
