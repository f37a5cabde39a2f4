import { isUtf8 } from 'node:buffer';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BeckonError } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';
import { feedLimits } from './feed-limit.ts';

/** A file as text that comes in pieces. */
export interface FeedText {
  /** A name that TextDecoder knows: `utf-8`, `windows-1252` … */
  encoding: string;
  packed: boolean;
  /** The first part, for telling what it is; it comes again in `pieces`. */
  head: string;
  pieces: AsyncIterable<string>;
}

/** Pieces of octets, small enough that a bomb is seen before it has grown. */
const slice = 16 * 1024;

/**
 * Unpacks, decodes and bounds the octets of a feed. Nothing of the file is held but its first part.
 *
 * @param wanted the encoding that the feed is set to, or null to tell it from the file
 * @throws FEED_NOT_A_FEED, FEED_ENCODING_WRONG at once; FEED_FILE_REFUSED, FEED_TOO_LARGE, FEED_FILE_BROKEN while it is read
 */
export async function openText(octets: AsyncIterable<Uint8Array>, wanted: string | null): Promise<FeedText> {
  const outer = await peek(bounded(octets), 4);
  const packed = outer.head[0] === 0x1f && outer.head[1] === 0x8b;
  const plain = await peek(packed ? unpacked(outer.pieces) : outer.pieces, feedLimits.head);
  try {
    assertText(plain.head, packed);
    const encoding = encodingOf(plain.head, plain.whole, wanted);
    const head = new TextDecoder(encoding).decode(plain.head, { stream: true });
    assertNoPage(head);
    return { encoding, packed, head, pieces: decoded(plain.pieces, encoding) };
  } catch (error) {
    // Whoever sends the rest is let go.
    await plain.pieces[Symbol.asyncIterator]().return?.();
    throw error;
  }
}

interface Peeked {
  head: Buffer;
  /** The head is all there is. */
  whole: boolean;
  pieces: AsyncIterable<Uint8Array>;
}

/** Reads the first octets and gives them back with the rest. */
async function peek(octets: AsyncIterable<Uint8Array>, size: number): Promise<Peeked> {
  const rest = octets[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let length = 0;
  let whole = false;
  while (length < size) {
    const { value, done } = await rest.next();
    if (done) {
      whole = true;
      break;
    }
    seen.push(value);
    length += value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* seen;
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }
  return { head: Buffer.concat(seen).subarray(0, size), whole: whole && length <= size, pieces: all() };
}

async function* bounded(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const piece of octets) {
    count += piece.length;
    if (count > feedLimits.octets) throw tooLarge(feedLimits.octets, 'octets');
    yield piece;
  }
}

async function* unpacked(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  async function* slices(): AsyncGenerator<Uint8Array> {
    for await (const piece of octets) {
      for (let at = 0; at < piece.length; at += slice) {
        const part = piece.subarray(at, at + slice);
        taken += part.length;
        yield part;
      }
    }
  }
  const gunzip = createGunzip();
  pipeline(Readable.from(slices(), { objectMode: true, highWaterMark: 1 }), gunzip, () => {});
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      given += piece.length;
      if (given > feedLimits.ratioFrom && given > taken * feedLimits.ratio) throw bomb(given, taken);
      if (given > feedLimits.unpacked) throw tooLarge(feedLimits.unpacked, 'octets once unpacked');
      yield piece;
    }
  } catch (error) {
    if (error instanceof BeckonError) throw error;
    const why = (error as Error).message;
    throw new BeckonError(feedErrors.FEED_FILE_BROKEN, `The file cannot be unpacked: ${why}`, { cause: error });
  } finally {
    gunzip.destroy();
  }
}

async function* decoded(octets: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of octets) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

/** What files begin with that are no text, and what people call them. */
const magics: readonly [readonly number[], string][] = [
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive or an Excel file (.zip, .xlsx)'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old Excel or Word file (.xls, .doc)'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF'],
  [[0x42, 0x5a, 0x68], 'a bzip2 archive'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7-Zip archive'],
  [[0xfd, 0x37, 0x7a, 0x58], 'an xz archive'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'a Zstandard archive'],
  [[0x89, 0x50, 0x4e, 0x47], 'a picture'],
  [[0xff, 0xd8, 0xff], 'a picture'],
];

function assertText(head: Buffer, packed: boolean): void {
  if (head.length === 0) throw notAFeed('The file is empty');
  if (head[0] === 0x1f && head[1] === 0x8b && packed) {
    throw new BeckonError(feedErrors.FEED_FILE_REFUSED, 'The file is packed twice: gzip within gzip');
  }
  const found = magics.find(([magic]) => magic.every((octet, i) => head[i] === octet));
  if (found) throw notAFeed(`The file is ${found[1]}`);
  if (bomOf(head) !== null) return;
  let zeros = 0;
  for (const octet of head) if (octet === 0) zeros++;
  if (zeros * 50 > head.length) throw notAFeed('The file is not text: it holds many octets of zero');
}

function assertNoPage(head: string): void {
  const start = head.trimStart().slice(0, 2000);
  const isPage = /^(<\?xml[^>]*>\s*)?(<!--[\s\S]{0,1000}?-->\s*)?<(!doctype\s+html|html|head|body)[\s>]/i.test(start);
  if (!isPage) return;
  const title = /<title[^>]*>([^<]{1,200})/i.exec(head.slice(0, 20_000))?.[1]?.trim();
  throw notAFeed(`The file is a web page${title ? `, titled "${title}"` : ''}, not a feed`);
}

function bomOf(head: Buffer): string | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : null;
}

/** By its mark, as it is set, as an XML declaration says, or UTF-8 if it is that. */
function encodingOf(head: Buffer, whole: boolean, wanted: string | null): string {
  const declared = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    head.toString('latin1', 0, 400),
  );
  const named = bomOf(head) ?? wanted ?? declared?.[1] ?? 'utf-8';
  let label: string;
  try {
    label = new TextDecoder(named).encoding;
  } catch (cause) {
    throw new BeckonError(feedErrors.FEED_ENCODING_WRONG, `The encoding "${named}" is not known`, { cause });
  }
  if (label !== 'utf-8') return label;
  const end = whole ? head.length : lastWhole(head);
  if (isUtf8(head.subarray(0, end))) return label;
  throw new BeckonError(
    feedErrors.FEED_ENCODING_WRONG,
    `The file is not UTF-8${declared ? ', though it says so' : ''}: ${badPlace(head.subarray(0, end))}`,
  );
}

/** The end of the last whole character: the head may be cut in the middle of one. */
function lastWhole(head: Buffer): number {
  let end = head.length;
  for (let back = 1; back <= 3 && back <= head.length; back++) {
    const octet = head[head.length - back]!;
    if ((octet & 0xc0) === 0x80) continue;
    if (octet >= 0xc0) end = head.length - back;
    break;
  }
  return end;
}

function badPlace(head: Buffer): string {
  let low = 0;
  let high = head.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isUtf8(head.subarray(0, lastWhole(head.subarray(0, middle))))) low = middle;
    else high = middle;
  }
  const at = Math.max(0, low - 1);
  const near = head.toString('latin1', Math.max(0, at - 12), at + 12).replace(/\p{Cc}/gu, ' ');
  return `octet ${at} is 0x${(head[at] ?? 0).toString(16)}, near "${near.trim()}"`;
}

function notAFeed(why: string): BeckonError {
  return new BeckonError(feedErrors.FEED_NOT_A_FEED, why);
}

function tooLarge(limit: number, what: string): BeckonError {
  return new BeckonError(feedErrors.FEED_TOO_LARGE, `The file has more than ${limit} ${what}`);
}

function bomb(given: number, taken: number): BeckonError {
  const ratio = Math.round(given / Math.max(1, taken));
  const why = `The file unpacks to ${ratio} times its size, more than ${feedLimits.ratio} times`;
  return new BeckonError(feedErrors.FEED_FILE_REFUSED, why);
}
