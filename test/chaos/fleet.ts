import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LogLook } from './planted.ts';

const root = join(import.meta.dirname, '../..');

/** What a process of the fleet is for; `flags` as `beckon serve` takes them. */
export interface Post {
  name: string;
  flags: readonly string[];
  port: number;
}

/** One process of Beckon, as it is run in production, that comes back however it ends. */
export class Member {
  readonly post: Post;
  readonly #env: Record<string, string>;
  /** Hears all that its processes write. */
  readonly #look: LogLook;
  readonly said: string[] = [];
  #child: ChildProcess | undefined;
  /** Another one begins then. */
  #next: NodeJS.Timeout | undefined;
  #dismissed = false;
  /** How far its clock is off, ms, one after the other. */
  clock: readonly number[] = [0];

  constructor(post: Post, env: Record<string, string>, look: LogLook) {
    this.post = post;
    this.#env = env;
    this.#look = look;
  }

  get url(): string {
    return `http://127.0.0.1:${this.post.port}`;
  }

  /** Starts it; another one follows whenever it ends, until it is dismissed. */
  start(): void {
    this.#dismissed = false;
    const program = ['--import', join(import.meta.dirname, 'clock.mjs'), join(root, 'dist/src/main.js')];
    const flags = [
      'serve',
      '--no-demo',
      '--port',
      String(this.post.port),
      '--public-url',
      this.url,
      ...this.post.flags,
    ];
    const env = { ...process.env, ...this.#env, CHAOS_CLOCK: this.clock.join(',') };
    const child = spawn(process.execPath, [...program, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [outs, errors] = [this.#look.stream(), this.#look.stream()];
    child.stdout.on('data', (piece: Buffer) => outs(piece.toString()));
    child.stderr.on('data', (piece: Buffer) => {
      errors(piece.toString());
      this.said.push(piece.toString());
      if (this.said.length > 400) this.said.shift();
    });
    child.once('exit', () => {
      if (!this.#dismissed) this.#next = setTimeout(() => this.start(), 300);
    });
    this.#child = child;
  }

  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void {
    this.#child?.kill(signal);
  }

  async isReady(): Promise<boolean> {
    const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => null);
    return answer?.status === 200;
  }

  /** Ends it for good, gently. @returns ms until it had ended */
  async dismiss(): Promise<number> {
    this.#dismissed = true;
    clearTimeout(this.#next);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return 0;
    const from = performance.now();
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(force);
    return performance.now() - from;
  }
}
