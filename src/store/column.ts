/**
 * Whole columns of a statement, as PostgreSQL's own binary arrays: for hot paths, where writing each value as text,
 * quoting it and having it read again costs more than the work itself. Each goes where the statement says
 * `$n::type[]`, with the type named at the function.
 */

const oid = {
  bool: 16,
  int8: 20,
  int2: 21,
  int4: 23,
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

/** `int[]`. */
export function intColumn(values: readonly number[]): Buffer {
  return ofSize({ type: oid.int4, size: 4, values }, (buffer, at, value) => buffer.writeInt32BE(value, at));
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
    let digits = 0;
    for (let i = 0, byte = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code === dash) continue;
      const digit = code < hexDigits.length ? hexDigits[code]! : noDigit;
      if (digit === noDigit || digits === 32) throw noUuid(value);
      byte = (byte << 4) | digit;
      if (++digits % 2 === 0) {
        buffer[at + digits / 2 - 1] = byte;
        byte = 0;
      }
    }
    if (digits !== 32) throw noUuid(value);
  });
}

const dash = 0x2d;
const noDigit = 255;
/** The digit that a character stands for, by its code. */
const hexDigits = Uint8Array.from({ length: 103 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? noDigit : digit;
});

function noUuid(value: string): Error {
  return Object.assign(new Error(`"${value.slice(0, 100)}" is no UUID`), { code: '22P02' });
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

/** Up to so many characters a text is written here, as a call for each costs more; longer ones are not. */
const shortText = 40;

/** Texts, each after its length; jsonb puts the number of its form before each, which is 1. */
function ofTexts(type: number, values: readonly (string | null)[], numbered: boolean): Buffer {
  const extra = numbered ? 1 : 0;
  let room = headerSize;
  for (const value of values) room += 4 + extra + (value === null ? 0 : roomOf(value));
  const buffer = Buffer.allocUnsafe(room);
  let at = writeHeader(buffer, type, { count: values.length, nulls: values.includes(null) });
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const from = at + 4;
    if (numbered) buffer[from] = 1;
    const size = extra + writeText(buffer, from + extra, value);
    buffer.writeInt32BE(size, at);
    at = from + size;
  }
  return buffer.subarray(0, at);
}

/** As many bytes as a text takes at the most. */
function roomOf(value: string): number {
  return value.length <= shortText ? value.length * 3 : Buffer.byteLength(value);
}

/** @returns bytes written */
function writeText(buffer: Buffer, at: number, value: string): number {
  const { length } = value;
  if (length > shortText) return buffer.write(value, at, 'utf8');
  for (let i = 0; i < length; i++) {
    const code = value.charCodeAt(i);
    if (code > 127) return buffer.write(value, at, 'utf8');
    buffer[at + i] = code;
  }
  return length;
}
