import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Beckon } from './beckon.ts';

/** A process of a fleet, and what it does. */
export interface Ship {
  roles: string;
  beckon: Beckon;
}

/** Several processes of the built program on one database, each with some roles, as a large shop runs them. */
export class Fleet {
  readonly ships: Ship[] = [];
  readonly #env: Record<string, string>;
  /** Shares requests for recommendations out, as a proxy does. */
  readonly #proxy: Server;
  #turn = 0;

  private constructor(env: Record<string, string>, proxy: Server) {
    this.#env = env;
    this.#proxy = proxy;
  }

  /** @param env settings that all of them have besides */
  static async open(databaseUrl: string, env: Record<string, string> = {}): Promise<Fleet> {
    const proxy = createServer();
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const { port } = proxy.address() as AddressInfo;
    const shared = {
      DATABASE_URL: databaseUrl,
      BECKON_SECRET: 'thirty-two bytes of the fleet tests',
      BECKON_RECOMMEND_URL: `http://127.0.0.1:${port}`,
    };
    const fleet = new Fleet({ ...shared, ...env }, proxy);
    proxy.on('request', (asked, answer) => {
      const { port: to } = new URL(fleet.one('recommend').url);
      const on = request({
        port: to,
        host: '127.0.0.1',
        path: asked.url,
        method: asked.method,
        headers: asked.headers,
      });
      on.on('response', (given) => given.pipe(answer.writeHead(given.statusCode!, given.headers)));
      on.on('error', () => answer.writeHead(502).end());
      asked.pipe(on);
    });
    return fleet;
  }

  /** Starts one; resolves when it answers. */
  async launch(roles: string): Promise<Ship> {
    const beckon = await Beckon.start(['--no-demo', '--role', roles], this.#env);
    const ship = { roles, beckon };
    this.ships.push(ship);
    return ship;
  }

  /** Any with this role, each in turn. */
  one(role: string): Beckon {
    const all = this.ships.filter(({ roles }) => roles.split(',').includes(role));
    return all[this.#turn++ % all.length]!.beckon;
  }

  /** kill -9 of one, which comes back. */
  async crash(ship: Ship): Promise<void> {
    await ship.beckon.kill();
    await ship.beckon.run(this.#env);
  }

  /** kill -9 of one, which stays away. */
  async lose(ship: Ship): Promise<void> {
    await ship.beckon.kill();
    this.ships.splice(this.ships.indexOf(ship), 1);
    await ship.beckon.stop();
  }

  /** A call that is made again until somebody answers it: whoever gets no answer asks another. */
  async insist<T>(role: string, path: string, body: unknown): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.one(role).api<T>('POST', path, body);
      } catch (error) {
        if (tries > 200) throw error;
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.ships.map(({ beckon }) => beckon.stop()));
    await new Promise((done) => this.#proxy.close(done));
  }
}
