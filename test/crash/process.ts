import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Order } from './worker.ts';

type Answer = { ready: true } | { done: unknown } | { failed: string };

/** One worker process: given orders, waited for, killed. Its database is opened at the first order. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  readonly #ended: Promise<NodeJS.Signals | number | null>;
  #answer: ((answer: Answer | null) => void) | undefined;
  #said = '';

  /** @param crashAt `BECKON_CRASH_AT`: a point, or `point:n` for its n-th pass */
  constructor(where: { databaseUrl: string; smtpUrl: string; logUrl?: string }, crashAt?: string) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('./worker.ts', import.meta.url))], {
      env: {
        ...process.env,
        CRASH_DATABASE_URL: where.databaseUrl,
        CRASH_SMTP_URL: where.smtpUrl,
        CRASH_LOG_URL: where.logUrl ?? '',
        ...(crashAt === undefined ? {} : { BECKON_CRASH_AT: crashAt }),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      this.#answer?.(null);
      return (signal ?? code) as NodeJS.Signals | number | null;
    });
    this.#child.stdin!.on('error', () => {}); // an order to somebody who has died is no failure of the test
    this.#child.stderr!.on('data', (piece: Buffer) => (this.#said += piece.toString()));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#answer?.(JSON.parse(line) as Answer));
    this.#ready = this.#next().then((answer) => {
      if (answer === null) throw new Error(`The worker did not start:\n${this.#said}`);
    });
    this.#ready.catch(() => {});
  }

  /** Resolves when its code is loaded. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** What it logged, a JSON line an entry. */
  get said(): string {
    return this.#said;
  }

  /** Gives an order and its answer; null when the process died before it answered. */
  async tell(order: Order): Promise<unknown> {
    await this.#ready;
    const next = this.#next();
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
    const answer = await Promise.race([next, this.#ended.then(() => null)]);
    if (answer === null) return null;
    if ('failed' in answer) throw new Error(`${order.do}: ${answer.failed}\n${this.#said}`);
    return 'done' in answer ? answer.done : null;
  }

  /** Resolves with the signal that ended it, or its exit code. */
  ended(): Promise<NodeJS.Signals | number | null> {
    return this.#ended;
  }

  /** SIGSTOP: it stands still where it is, and its leases go on. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** SIGCONT: it goes on, and does not know that it was away. */
  wake(): void {
    this.#child.kill('SIGCONT');
  }

  /** kill -9, at once. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Lets it end by itself, handing its leases back. */
  async stop(): Promise<void> {
    this.#child.stdin!.end();
    await this.#ended;
  }

  #next(): Promise<Answer | null> {
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }
}

/** Workers loaded ahead, as loading takes longer than all that is tested: each is started while others work. */
export class Crew {
  readonly #where: { databaseUrl: string; smtpUrl: string };
  readonly #plan: (string | undefined)[];
  readonly #ahead: Worker[] = [];

  /** @param plan the crash points of the workers, in the order in which they will be asked for */
  constructor(where: { databaseUrl: string; smtpUrl: string }, plan: readonly (string | undefined)[]) {
    this.#where = where;
    this.#plan = [...plan];
    this.#load();
  }

  /** The next worker of the plan, loaded. */
  async next(): Promise<Worker> {
    const worker = this.#ahead.shift();
    if (!worker) throw new Error('The plan of this crew has come to its end');
    this.#load();
    await worker.ready();
    return worker;
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#ahead.map((worker) => worker.kill()));
  }

  #load(): void {
    while (this.#ahead.length < 2 && this.#plan.length > 0)
      this.#ahead.push(new Worker(this.#where, this.#plan.shift()));
  }
}
