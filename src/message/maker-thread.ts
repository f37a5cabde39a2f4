import { Worker } from 'node:worker_threads';
import { after, threadEntry, type Log, type Timer } from '../base/index.ts';
import { plainTemplate, type CompiledTemplate, type PlainTemplate } from './compiled.ts';
import type { Made, MakeJob, MakeKeys, MakeOrder } from './make.ts';
import { HereMaker, type Maker } from './maker.ts';
import type { Brand } from './sender.ts';

/** A group of orders as it goes to a thread. What many have in common goes once, and is named by a number afterwards. */
export interface ThreadGroup {
  templates: { no: number; template: PlainTemplate }[];
  brands: { no: number; brand: Brand }[];
  /** What it was told of before holds no longer. */
  anew: boolean;
  /** Orders in JSON: cheaper to hand over than as objects. */
  jobs: { order: string; template: number; brand: number }[];
}

/** What a thread answers, in the order of the jobs; a mail's octets are handed over, not copied. */
export type ThreadMade = Made[];

export interface ThreadSettings {
  threads: number;
  /** A group of fewer is made here, unless a thread is there already. */
  least?: number;
  /** A thread that does not answer for so long is ended, real time. */
  patienceMs?: number;
  /** A thread that had nothing to do for so long is let go, with its memory. */
  restMs?: number;
}

const memory = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 64 };
/** Templates and brands that a thread remembers. */
const most = 40;

/**
 * Makes mails in threads of their own, so that the doors and the journeys of the same process do not wait for a bulk, and
 * a mail that nothing else stops can be stopped (trust §3.2). A thread that is lost takes nothing along: what it was
 * making is not on the wire; its mails are made once more one by one, and the one it was lost on fails.
 */
export class ThreadMaker implements Maker {
  readonly #here: HereMaker;
  readonly #keys: MakeKeys;
  readonly #log: Log;
  readonly #set: Required<ThreadSettings>;
  readonly #threads: MakerThread[] = [];
  #closed = false;

  constructor(keys: MakeKeys, { log, ...set }: ThreadSettings & { log: Log }) {
    this.#keys = keys;
    this.#here = new HereMaker(keys);
    this.#log = log;
    this.#set = { least: 10, patienceMs: 20_000, restMs: 60_000, ...set };
  }

  async make(jobs: readonly MakeJob[]): Promise<Made[]> {
    const { threads, least } = this.#set;
    if (threads === 0 || this.#closed || (jobs.length < least && this.#threads.length === 0)) {
      return this.#here.make(jobs);
    }
    const size = Math.ceil(jobs.length / threads);
    const parts = Array.from({ length: threads }, (_, n) => jobs.slice(n * size, (n + 1) * size));
    const made = await Promise.all(parts.map((part, n) => (part.length === 0 ? [] : this.#part(part, n))));
    return made.flat();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.splice(0).map((thread) => thread.end('it is closed')));
  }

  async #part(jobs: readonly MakeJob[], place: number): Promise<Made[]> {
    try {
      return await this.#thread(place).make(jobs);
    } catch (error) {
      const why = (error as Error).message;
      this.#log.warn('message.maker-lost', { mails: jobs.length, why });
      if (jobs.length === 1) return [{ failed: `the thread that made it was lost: ${why}` }];
    }
    const made: Made[] = [];
    for (const job of jobs) made.push(...(await this.#part([job], place)));
    return made;
  }

  #thread(place: number): MakerThread {
    const known = this.#threads[place];
    if (known && !known.isOver) return known;
    const thread = new MakerThread(this.#keys, this.#set);
    this.#threads[place] = thread;
    return thread;
  }
}

interface Waiting {
  done: (made: ThreadMade) => void;
  lost: (why: Error) => void;
  late: Timer;
}

/** One thread; it answers its groups one after the other. */
class MakerThread {
  isOver = false;
  readonly #worker: Worker;
  readonly #set: Required<ThreadSettings>;
  readonly #waiting: Waiting[] = [];
  readonly #templates = new Map<CompiledTemplate, number>();
  readonly #brands = new Map<Brand, number>();
  #next = 0;
  #rest: Timer | null = null;

  constructor(keys: MakeKeys, set: Required<ThreadSettings>) {
    this.#set = set;
    this.#worker = new Worker(threadEntry(import.meta.url, 'maker-worker'), {
      workerData: { secret: Buffer.from(keys.secret), verpKey: Buffer.from(keys.verpKey) },
      resourceLimits: memory,
    });
    this.#worker.on('message', (made: ThreadMade) => this.#answered(made));
    this.#worker.on('error', (error) => void this.end(error.message));
    this.#worker.on('exit', (code) => void this.end(`it ended with ${code}`));
  }

  make(jobs: readonly MakeJob[]): Promise<ThreadMade> {
    this.#rest?.stop();
    this.#worker.ref();
    return new Promise((resolve, reject) => {
      const late = after(this.#set.patienceMs, () => void this.end(`no answer for ${this.#set.patienceMs} ms`));
      this.#waiting.push({ done: resolve, lost: reject, late });
      this.#worker.postMessage(this.#groupOf(jobs), []);
    });
  }

  /** All that it was making is told that it is lost. */
  async end(why: string): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.#rest?.stop();
    for (const { lost, late } of this.#waiting.splice(0)) {
      late.stop();
      lost(new Error(why));
    }
    await this.#worker.terminate();
  }

  #answered(made: ThreadMade): void {
    const { done, late } = this.#waiting.shift()!;
    late.stop();
    for (const one of made) if ('mail' in one) one.mail.raw = bufferOf(one.mail.raw);
    done(made);
    if (this.#waiting.length > 0) return;
    // The process may end while it rests.
    this.#worker.unref();
    this.#rest = after(this.#set.restMs, () => void this.end('it had nothing to do'));
  }

  #groupOf(jobs: readonly MakeJob[]): ThreadGroup {
    const group: ThreadGroup = { templates: [], brands: [], anew: false, jobs: [] };
    if (this.#templates.size + this.#brands.size > most) {
      group.anew = true;
      this.#templates.clear();
      this.#brands.clear();
    }
    for (const { order, template, brand } of jobs) {
      const number = <T>(known: Map<T, number>, one: T, tell: (no: number) => void) => {
        const no = known.get(one) ?? this.#next++;
        if (!known.has(one)) tell(no);
        known.set(one, no);
        return no;
      };
      group.jobs.push({
        order: JSON.stringify(order satisfies MakeOrder),
        template: number(this.#templates, template, (no) => {
          group.templates.push({ no, template: plainTemplate(template) });
        }),
        brand: number(this.#brands, brand, (no) => group.brands.push({ no, brand: withoutCatalogue(brand) })),
      });
    }
    return group;
  }
}

/** A function cannot be handed over; orders come with their items read. */
function withoutCatalogue(brand: Brand): Brand {
  const { item: _item, ...render } = brand.render;
  return { ...brand, render } as Brand;
}

function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
