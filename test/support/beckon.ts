import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The key that tests hand to the server as BECKON_ADMIN_KEY. */
export const adminKey = 'walk-admin-key-0123456789';

/** A Beckon in a process of its own, as a shop runs it: the built program, the embedded PostgreSQL, real SMTP. */
export class Beckon {
  readonly dataDir: string;
  readonly port: number;
  readonly output: string[] = [];
  #child: ChildProcess | undefined;
  readonly #flags: readonly string[];

  private constructor(parts: { dataDir: string; port: number; flags: readonly string[] }) {
    this.dataDir = parts.dataDir;
    this.port = parts.port;
    this.#flags = parts.flags;
  }

  /** Starts on an empty data folder and resolves when it answers. */
  static async start(flags: readonly string[] = [], env: Record<string, string> = {}): Promise<Beckon> {
    const dataDir = mkdtempSync(join(tmpdir(), 'beckon-walk-'));
    // PostgreSQL's own user must get into it; where root runs this, its cluster would otherwise lie elsewhere and stay.
    chmodSync(dataDir, 0o711);
    const made = new Beckon({ dataDir, port: await freePort(), flags });
    await made.run(env);
    return made;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Runs the program on its data folder; resolves when it prints that it stands. */
  async run(env: Record<string, string> = {}, flags: readonly string[] = this.#flags): Promise<void> {
    const args = ['dist/src/main.js', 'serve', '--data', this.dataDir, '--port', String(this.port), ...flags];
    const child = spawn(process.execPath, args, {
      env: {
        ...process.env,
        BECKON_ADMIN_KEY: adminKey,
        BECKON_DEMO_VISITORS: '40',
        BECKON_LEASE_MS: '2000',
        BECKON_RECOVERY_MS: '1000',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const ready = new Promise<void>((resolve, reject) => {
      const hear = (piece: Buffer) => {
        const text = piece.toString();
        this.output.push(text);
        if (text.includes('Control-C stops it')) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('exit', (code) => reject(new Error(`Beckon ended with ${code}:\n${this.output.join('')}`)));
    });
    await ready;
  }

  /** Resolves when the process has ended, by itself or by a crash point. */
  async ended(): Promise<void> {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null)
      await once(this.#child, 'exit');
  }

  /** kill -9, at once. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.ended();
  }

  /** A clean stop; the data folder stays. */
  async shutDown(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.ended();
  }

  /** Runs another command of the program on the same data folder. @returns its exit code */
  async command(args: readonly string[]): Promise<number | null> {
    const child = spawn(process.execPath, ['dist/src/main.js', ...args, '--data', this.dataDir], { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  async stop(): Promise<void> {
    await this.shutDown();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** One call of the public API with the admin key. Fails on anything but 2xx. */
  async api<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as T;
  }

  /** Moves the clock, and waits until all that fell due is done. */
  async advance(by: string): Promise<{ sent: number; heldOut: number; running: string[] }> {
    return this.api('POST', '/v1/clock/advance', { by });
  }

  /** Mails to one address, newest first. */
  async mails(to: string): Promise<{ id: string; to: string; subject: string; at: string }[]> {
    const all = await this.api<{ id: string; to: string; subject: string; at: string }[]>('GET', '/v1/mailbox');
    return all.filter((mail) => mail.to.toLowerCase() === to.toLowerCase());
  }

  async mail(id: string): Promise<{ html: string; text: string; headers: Record<string, string> }> {
    return this.api('GET', `/v1/mailbox/${id}`);
  }

  timeline(email: string): Promise<Entry[]> {
    return this.entries(`email:${encodeURIComponent(email)}`);
  }

  /** The timeline of a profile by one of its names, newest first. */
  async entries(name: string): Promise<Entry[]> {
    return (await this.api<{ entries: Entry[] }>('GET', `/v1/profiles/${name}/timeline?limit=200`)).entries;
  }

  async report(journey: string): Promise<Report> {
    return this.api('GET', `/v1/journeys/${journey}/report`);
  }

  /** Sets the share held out of a journey and publishes it. */
  async holdout(journey: string, share: number): Promise<void> {
    const { definition } = await this.api<{ definition: Record<string, unknown> }>('GET', `/v1/journeys/${journey}`);
    await this.api('PUT', `/v1/journeys/${journey}`, { ...definition, holdout: share });
    await this.api('POST', `/v1/journeys/${journey}/publish`);
  }
}

/** One line of a person's timeline. */
export interface Entry {
  at: string;
  kind: string;
  text: string;
  reason?: string;
  journey?: string;
}

export interface Report {
  runs: { entered: number; active: number; ended: number; byEnd: { reason: string; count: number }[] };
  messages: {
    planned: number;
    accepted: number;
    heldOut: number;
    inDoubt: number;
    pending: number;
    excluded: { reason: string; count: number }[];
    byState: Record<string, number>;
  };
  arms: {
    treated: { profiles: number; buyers: number; orders: number; revenue: number };
    control: { profiles: number; buyers: number; orders: number; revenue: number };
  };
  clicks: { human: number; unknown: number };
  credited: { orders: number; revenue: { amount: number; currency: string } };
}

/** A TCP port that nobody holds just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
