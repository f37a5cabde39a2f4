export type Numbers = Int32Array | Uint32Array | Float64Array | Float32Array | Uint8Array | Uint16Array;

/** A copy of `array` with room for at least `length` entries, at least doubled; new entries hold `fill`. */
export function grown<T extends Numbers>(array: T, length: number, fill = 0): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.max(length, array.length * 2, 64));
  larger.set(array);
  if (fill !== 0) larger.fill(fill, array.length);
  return larger;
}
