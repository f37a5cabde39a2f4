import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { BeckonError, elapsed } from '../base/index.ts';
import { errors } from './error.ts';
import { Evaluator } from './evaluate.ts';
import { type LineAt, type PastEvent, readEvent, readItem, readQuery } from './evaluate-format.ts';
import { tuneOn } from './evaluate-tune.ts';

/** Files of JSON lines; a name that ends with .gz is written gzipped, and gzipped ones are read whatever their name. */
export interface EvaluateFiles {
  events: string;
  queries: string;
  out: string;
  items?: string;
  /** Learn while serving: what has happened by the time of a query, and what queries tell. */
  learn?: boolean;
  /** Tune on the last part of the events first. */
  tune?: boolean;
}

export interface EvaluateDone {
  events: number;
  queries: number;
  /** Queries that got no item at all. */
  empty: number;
  /** Events that happened before one that stands above them. */
  late: number;
  /** Events that came after the last query, with `learn`. */
  unused: number;
}

/** What the queries need before any is answered. */
interface Asked {
  queries: number;
  visitors: Set<string>;
  firstAt: number | null;
}

const usualPauseMs = 2000;

/**
 * Reads history, answers queries, writes lists. Files are read as they come; in memory are the engine and the history of
 * visitors whom queries name. The answers stand under their name only when all are there.
 *
 * @throws EVALUATE_FILE_UNREADABLE, EVALUATE_LINE_INVALID
 */
export async function runEvaluation(files: EvaluateFiles, say: (line: string) => void): Promise<EvaluateDone> {
  const asked = await lookThrough(files.queries);
  say(`${count(asked.queries)} queries`);
  const tuning = files.tune === true ? await tuneOn(rowsOf(files.events, readEvent), say) : undefined;
  const evaluator = new Evaluator({
    remembers: (visitor) => asked.visitors.has(visitor),
    ...(tuning === undefined ? {} : { tuning }),
  });
  if (files.items !== undefined) {
    const items = [];
    for await (const item of rowsOf(files.items, readItem)) items.push(item);
    evaluator.describe(items);
    say(`${count(items.length)} items described`);
  }
  return new Run(files, { evaluator, asked, say }).go();
}

class Run {
  readonly #files: EvaluateFiles;
  readonly #evaluator: Evaluator;
  readonly #asked: Asked;
  readonly #say: (line: string) => void;
  readonly #done: EvaluateDone = { events: 0, queries: 0, empty: 0, late: 0, unused: 0 };
  readonly #began = elapsed();
  #newest = 0;
  #saidAt = elapsed();

  constructor(files: EvaluateFiles, parts: { evaluator: Evaluator; asked: Asked; say: (line: string) => void }) {
    this.#files = files;
    this.#evaluator = parts.evaluator;
    this.#asked = parts.asked;
    this.#say = parts.say;
  }

  async go(): Promise<EvaluateDone> {
    const events = new Ahead(rowsOf(this.#files.events, readEvent));
    const waits = this.#files.learn === true && this.#asked.firstAt !== null;
    await this.#learnUntil(events, waits ? this.#asked.firstAt! : Infinity);
    this.#evaluator.settle();
    this.#say(`${count(this.#done.events)} events learned … ${this.#seconds()}`);
    await writeLines(this.#files.out, this.#answers(events));
    while ((await events.peek()) !== null) {
      await events.take();
      this.#done.unused++;
    }
    this.#say(`${count(this.#done.queries)} queries answered … ${this.#seconds()}`);
    return this.#done;
  }

  async *#answers(events: Ahead<PastEvent>): AsyncGenerator<string> {
    for await (const query of rowsOf(this.#files.queries, readQuery)) {
      if (this.#files.learn === true && query.at !== undefined) await this.#learnUntil(events, query.at);
      const items = this.#evaluator.answer(query);
      if (this.#files.learn === true) this.#evaluator.learnFrom(query);
      if (items.length === 0) this.#done.empty++;
      this.#done.queries++;
      this.#progress(() => `${count(this.#done.queries)} of ${count(this.#asked.queries)} queries answered`);
      yield JSON.stringify({ id: query.id, items });
    }
  }

  /** Learns what happened before `at`, in the order of the file. */
  async #learnUntil(events: Ahead<PastEvent>, at: number): Promise<void> {
    for (let event = await events.peek(); event !== null && event.at < at; event = await events.peek()) {
      await events.take();
      if (event.at < this.#newest) this.#done.late++;
      this.#newest = Math.max(this.#newest, event.at);
      this.#evaluator.learn(event);
      this.#done.events++;
      this.#progress(() => `${count(this.#done.events)} events learned`);
    }
  }

  #progress(line: () => string): void {
    const now = elapsed();
    if (now - this.#saidAt < usualPauseMs) return;
    this.#saidAt = now;
    this.#say(`${line()} … ${this.#seconds()}`);
  }

  #seconds(): string {
    return `${((elapsed() - this.#began) / 1000).toFixed(1)} s`;
  }
}

/** Rows that can be looked at before they are taken. */
class Ahead<T> {
  readonly #rows: AsyncIterator<T>;
  #next: T | null | undefined;

  constructor(rows: AsyncIterable<T>) {
    this.#rows = rows[Symbol.asyncIterator]();
  }

  async peek(): Promise<T | null> {
    if (this.#next !== undefined) return this.#next;
    const { value, done } = await this.#rows.next();
    return (this.#next = done === true ? null : value);
  }

  async take(): Promise<T | null> {
    const next = await this.peek();
    if (next !== null) this.#next = undefined;
    return next;
  }
}

async function lookThrough(file: string): Promise<Asked> {
  const asked: Asked = { queries: 0, visitors: new Set(), firstAt: null };
  for await (const { visitor, at } of rowsOf(file, readQuery)) {
    asked.queries++;
    if (visitor !== undefined) asked.visitors.add(visitor);
    if (at !== undefined) asked.firstAt = Math.min(at, asked.firstAt ?? at);
  }
  return asked;
}

/** The rows of a file, as `read` understands each line; empty lines are passed over. */
async function* rowsOf<T>(file: string, read: (text: string, at: LineAt) => T): AsyncGenerator<T> {
  const at = { file: basename(file), line: 0 };
  for await (const text of linesOf(file)) {
    at.line++;
    const line = at.line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
    if (line.trim() !== '') yield read(line, at);
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const packed = await isPacked(file);
  const octets = createReadStream(file, { highWaterMark: 1 << 18 });
  // What goes wrong on either side comes out of the loop below.
  const unpacked = packed ? pipeline(octets, createGunzip(), () => {}) : octets;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      yield* lines;
    }
  } catch (error) {
    if (error instanceof BeckonError) throw error;
    throw unreadable(file, error as Error);
  } finally {
    octets.destroy();
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

/** Whether the file begins as gzipped ones do. */
async function isPacked(file: string): Promise<boolean> {
  try {
    const head = createReadStream(file, { end: 1 });
    for await (const octets of head as AsyncIterable<Buffer>) return octets[0] === 0x1f && octets[1] === 0x8b;
    return false;
  } catch (error) {
    throw unreadable(file, error as Error);
  }
}

/** Writes beside the file, and puts it in its place at the end. */
async function writeLines(file: string, lines: AsyncIterable<string>): Promise<void> {
  const beside = `${file}.part`;
  const disk = createWriteStream(beside);
  const out = file.endsWith('.gz') ? createGzip() : disk;
  if (out !== disk) out.pipe(disk);
  const failed = once(disk, 'error').then(([error]) => {
    throw unwritable(file, error as Error);
  });
  failed.catch(() => {});
  try {
    let text = '';
    for await (const line of lines) {
      text += `${line}\n`;
      if (text.length < 1 << 16) continue;
      if (!out.write(text)) await Promise.race([once(out, 'drain'), failed]);
      text = '';
    }
    const closed = once(disk, 'close');
    out.end(text);
    await Promise.race([closed, failed]);
    await rename(beside, file);
  } catch (error) {
    disk.destroy();
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

function unreadable(file: string, error: Error): BeckonError {
  return new BeckonError(errors.EVALUATE_FILE_UNREADABLE, `${file} cannot be read: ${error.message}`, { cause: error });
}

function unwritable(file: string, error: Error): BeckonError {
  return new BeckonError(errors.EVALUATE_FILE_UNREADABLE, `${file} cannot be written: ${error.message}`, {
    mend: 'Name a file in a folder that is there and may be written to',
    cause: error,
  });
}

function count(amount: number): string {
  return amount.toLocaleString('en');
}
