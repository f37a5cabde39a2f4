/**
 * Whole columns of a statement, as PostgreSQL's own binary arrays: for hot paths, where writing each value as text,
 * quoting it and having it read again costs more than the work itself. Each goes where the statement says
 * `$n::type[]`, with the type named at the function.
 */

const oid = {
  bool: 16,
  int8: 20,
  int2: 21,
  text: 25,
  float8: 701,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
} as const;
const headerSize = 20;
/** 2000-01-01, from which PostgreSQL counts, UTC ms. */
const epoch = 946_684_800_000;
const latestMs = 8.64e15;

/** `text[]`. */
export function textColumn(values: readonly (string | null)[]): Buffer {
  return ofTexts(oid.text, values, false);
}

/** `jsonb[]`, of JSON texts. */
export function jsonColumn(values: readonly string[]): Buffer {
  return ofTexts(oid.jsonb, values, true);
}

/** `smallint[]`. */
export function smallintColumn(values: readonly number[]): Buffer {
  return ofSize({ type: oid.int2, size: 2, values }, (buffer, at, value) => buffer.writeInt16BE(value, at));
}

/** `bigint[]`, of whole numbers a double holds exactly. */
export function bigintColumn(values: readonly number[]): Buffer {
  return ofSize({ type: oid.int8, size: 8, values }, (buffer, at, value) => writeLong(buffer, at, value));
}

/** `float8[]`. */
export function doubleColumn(values: readonly (number | null)[]): Buffer {
  return ofSize({ type: oid.float8, size: 8, values }, (buffer, at, value) => buffer.writeDoubleBE(value, at));
}

/** `bool[]`. */
export function boolColumn(values: readonly boolean[]): Buffer {
  return ofSize({ type: oid.bool, size: 1, values }, (buffer, at, value) => buffer.writeUInt8(value ? 1 : 0, at));
}

/** `timestamptz[]`, of UTC ms. Throws a RangeError for what is no time. */
export function timeColumn(values: readonly (number | null)[]): Buffer {
  return ofSize({ type: oid.timestamptz, size: 8, values }, (buffer, at, value) => {
    if (!(Math.abs(value) <= latestMs)) throw new RangeError(`${value} is no time`);
    writeLong(buffer, at, Math.round((value - epoch) * 1000));
  });
}

/** `uuid[]`. Throws an error with PostgreSQL's code 22P02 for what is no UUID. */
export function uuidColumn(values: readonly string[]): Buffer {
  return ofSize({ type: oid.uuid, size: 16, values }, (buffer, at, value) => {
    const digits = value.replaceAll('-', '');
    if (digits.length === 32 && buffer.write(digits, at, 16, 'hex') === 16) return;
    throw Object.assign(new Error(`"${value.slice(0, 100)}" is no UUID`), { code: '22P02' });
  });
}

function writeLong(buffer: Buffer, at: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / 2 ** 32), at);
  buffer.writeUInt32BE(value >>> 0, at + 4);
}

/** One dimension, counted from 1; an empty array has none. @returns where the first value goes */
function writeHeader(buffer: Buffer, type: number, { count, nulls }: { count: number; nulls: boolean }): number {
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(nulls ? 1 : 0, 4);
  buffer.writeInt32BE(type, 8);
  if (count === 0) return 12;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return headerSize;
}

function ofSize<T>(
  { type, size, values }: { type: number; size: number; values: readonly (T | null)[] },
  write: (buffer: Buffer, at: number, value: T) => void,
): Buffer {
  const buffer = Buffer.allocUnsafe(headerSize + values.length * (4 + size));
  let nulls = false;
  let at = values.length === 0 ? 12 : headerSize;
  for (const value of values) {
    if (value === null) {
      nulls = true;
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    at = buffer.writeInt32BE(size, at);
    write(buffer, at, value);
    at += size;
  }
  writeHeader(buffer, type, { count: values.length, nulls });
  return buffer.subarray(0, at);
}

/** Texts, each after its length; jsonb puts the number of its form before each, which is 1. */
function ofTexts(type: number, values: readonly (string | null)[], numbered: boolean): Buffer {
  const extra = numbered ? 1 : 0;
  const sizes = values.map((value) => (value === null ? 0 : Buffer.byteLength(value) + extra));
  let length = headerSize + values.length * 4;
  for (const size of sizes) length += size;
  const buffer = Buffer.allocUnsafe(length);
  let at = writeHeader(buffer, type, { count: values.length, nulls: values.includes(null) });
  for (const [place, value] of values.entries()) {
    at = buffer.writeInt32BE(value === null ? -1 : sizes[place]!, at);
    if (value === null) continue;
    if (numbered) buffer[at] = 1;
    buffer.write(value, at + extra, 'utf8');
    at += sizes[place]!;
  }
  return buffer.subarray(0, at);
}
