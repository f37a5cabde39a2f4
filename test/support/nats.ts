import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { NatsPlace } from '../../src/event/index.ts';
import { freePort } from './beckon.ts';

/** The nats-server of this machine: named, installed, or where `npm test` puts Debian's; null when there is none. */
export function natsServer(): string | null {
  const own = join(import.meta.dirname, '../../node_modules/.cache/beckon/usr/sbin');
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', own];
  const given = process.env['BECKON_NATS_SERVER'];
  const all = [...(given === undefined ? [] : [given]), ...folders.map((folder) => join(folder, 'nats-server'))];
  return all.find((path) => existsSync(path)) ?? null;
}

interface Node {
  name: string;
  port: number;
  routePort: number;
  process: ChildProcess | undefined;
}

/** NATS servers with JetStream on this machine, that form a cluster when there are several; each is killed and started by name. */
export class Nats {
  readonly #folder = mkdtempSync(join(tmpdir(), 'beckon-nats-'));
  readonly nodes: readonly Node[];

  private constructor(nodes: Node[]) {
    this.nodes = nodes;
  }

  static async start(count: number): Promise<Nats> {
    const nodes: Node[] = [];
    for (let no = 1; no <= count; no++)
      nodes.push({ name: `n${no}`, port: await freePort(), routePort: await freePort(), process: undefined });
    const nats = new Nats(nodes);
    for (const node of nodes) nats.revive(node);
    return nats;
  }

  /** Where it is; `stream` keeps tests apart. */
  place(stream: string): NatsPlace {
    return { servers: this.nodes.map(({ port }) => `127.0.0.1:${port}`), tls: false, stream };
  }

  /** As a setting. */
  url(stream: string): string {
    return `nats://${this.place(stream).servers.join(',')}?stream=${stream}`;
  }

  revive(node: Node): void {
    const data = join(this.#folder, node.name);
    mkdirSync(data, { recursive: true });
    const flags = ['-js', '-a', '127.0.0.1', '-p', String(node.port), '-n', node.name, '-sd', data];
    const routes = this.nodes.map(({ routePort }) => `nats://127.0.0.1:${routePort}`).join(',');
    const cluster = ['--cluster_name', 'test', '--cluster', `nats://127.0.0.1:${node.routePort}`, '--routes', routes];
    const isMany = this.nodes.length > 1;
    node.process = spawn(natsServer()!, [...flags, ...(isMany ? cluster : [])], { stdio: 'ignore' });
    watch(node.process, data);
  }

  /** kill -9, at once. */
  async kill(node: Node): Promise<void> {
    const { process: running } = node;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.kill(node)));
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** However we end, the server ends too: a shell waits for our end of its pipe to close. */
function watch(server: ChildProcess, data: string): void {
  const script = 'read line; kill -9 "$1" 2>/dev/null && rm -rf "$2"';
  const dog = spawn('sh', ['-c', script, 'sh', String(server.pid), data], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  server.once('exit', () => dog.kill('SIGKILL'));
  dog.unref();
  server.unref();
  (dog.stdin as unknown as { unref?: () => void } | null)?.unref?.();
}
