import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { Client } from 'pg';
import { freePort } from '../support/beckon.ts';
import { makeCluster } from '../support/postgres.ts';

/** A PostgreSQL whose durability is its own default, and that is stopped, killed and started again on one port. */
export class Database {
  readonly #cluster = makeCluster('beckon-chaos-');
  readonly #port: number;
  #server: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
  }

  static async make(): Promise<Database> {
    const made = new Database(await freePort());
    await made.start();
    await made.run('create database beckon');
    return made;
  }

  get url(): string {
    return `postgres://beckon@127.0.0.1:${this.#port}/beckon`;
  }

  async start(): Promise<void> {
    const settings = [
      `port=${this.#port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=250',
      'shared_buffers=64MB',
      'log_min_messages=fatal',
    ];
    this.#server = this.#cluster.spawn(settings, { stdio: 'ignore' });
    for (;;) {
      try {
        return await this.run('select 1');
      } catch (error) {
        if (this.#server.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Ends it as a machine that loses its power would, as far as PostgreSQL sees: no checkpoint, no good-bye. */
  async end(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGQUIT');
    await ended;
  }

  /** One statement outside every pool, on the server's own database until there is ours. */
  async run(text: string): Promise<void> {
    const database = text.startsWith('create database') || text === 'select 1' ? 'postgres' : 'beckon';
    const client = new Client({ connectionString: this.url.replace(/beckon$/, database) });
    client.on('error', () => {}); // a connection that is cut is what is tested
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end().catch(() => {});
    }
  }

  async remove(): Promise<void> {
    await this.end();
    rmSync(this.#cluster.data, { recursive: true, force: true, maxRetries: 3 });
  }
}
