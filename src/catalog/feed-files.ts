import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { BeckonError, type Clock, type Ids } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { feedErrors } from './feed-error.ts';
import { feedLimits } from './feed-limit.ts';
import { beginFile, dropFile, endFile, oldFiles, readPart, writePart, type StoredFile } from './feed-table-row.ts';

/** Octets of one row of the table. */
const partSize = 512 * 1024;
const hour = 3_600_000;

/**
 * Files of feeds, kept in the database in parts, packed: so a run outlives the process that received its file, any
 * process can go on with it, and a dry run can be approved without sending the file again.
 */
export class FeedFiles {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(parts: { store: Store; clock: Clock; ids: Ids }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
  }

  /**
   * Keeps a file as it comes; never is more of it held than a part. When it fails nothing is left of it.
   *
   * @param how `onPart` is told after each part how many octets are kept so far, and may throw to stop
   * @throws FEED_TOO_LARGE, and whatever the source throws
   */
  async keep(
    feed: string,
    octets: AsyncIterable<Uint8Array>,
    how: { name: string | null; onPart?: (octets: number) => Promise<void> },
  ): Promise<StoredFile> {
    const id = this.#ids.next();
    const rest = counted(octets)[Symbol.asyncIterator]();
    let file: StoredFile | null = null;
    try {
      const first = await rest.next();
      const head = first.done ? new Uint8Array(0) : first.value;
      const packed = !(head[0] === 0x1f && head[1] === 0x8b);
      file = { id, feed, name: how.name, packed, octets: 0, whole: true };
      await beginFile(this.#store, { ...file, at: this.#clock.now() });
      let part = 0;
      for await (const piece of inParts(packed ? gzipped(joined(head, rest)) : joined(head, rest))) {
        await writePart(this.#store, { file: id, part: part++, octets: piece });
        file.octets += piece.length;
        await how.onPart?.(file.octets);
      }
      await endFile(this.#store, id, file.octets);
      return file;
    } catch (error) {
      await rest.return(undefined);
      if (file) await dropFile(this.#store, id);
      throw error;
    }
  }

  /** The octets as they came. @param onRead is told how many of the kept octets have been read */
  async *read(file: StoredFile, onRead: (octets: number) => void = () => {}): AsyncGenerator<Uint8Array> {
    const parts = this.#parts(file.id, onRead);
    if (!file.packed) return yield* parts;
    const gunzip = createGunzip();
    pipeline(Readable.from(parts, { objectMode: true, highWaterMark: 1 }), gunzip, () => {});
    try {
      yield* gunzip as AsyncIterable<Uint8Array>;
    } finally {
      gunzip.destroy();
    }
  }

  async *#parts(id: string, onRead: (octets: number) => void): AsyncGenerator<Uint8Array> {
    let read = 0;
    for (let part = 0; ; part++) {
      const octets = await readPart(this.#store, id, part);
      if (!octets) return;
      yield octets;
      read += octets.length;
      onRead(read);
    }
  }

  /** Forgets files that nobody needs. @returns how many */
  async tidy(): Promise<number> {
    const now = this.#clock.now();
    const old = await oldFiles(this.#store, { halfBefore: now - 24 * hour, wholeBefore: now - 7 * 24 * hour });
    for (const id of old) await this.#store.inTransaction((tx) => dropFile(tx, id));
    return old.length;
  }
}

async function* counted(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const piece of octets) {
    count += piece.length;
    if (count > feedLimits.octets) {
      throw new BeckonError(feedErrors.FEED_TOO_LARGE, `The file has more than ${feedLimits.octets} octets`);
    }
    if (piece.length > 0) yield piece;
  }
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** Packed lightly: a table of a shop shrinks to a seventh at little cost. */
async function* gzipped(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip({ level: 1 });
  pipeline(Readable.from(octets, { objectMode: true, highWaterMark: 1 }), gzip, () => {});
  try {
    yield* gzip as AsyncIterable<Uint8Array>;
  } finally {
    gzip.destroy();
  }
}

async function* inParts(octets: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of octets) {
    held.push(piece);
    size += piece.length;
    if (size < partSize) continue;
    yield Buffer.concat(held);
    held = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(held);
}
