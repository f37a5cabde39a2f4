import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { openSink, type Sink } from '../crash/sink.ts';

/** What is outside of Beckon: a mail host, and a service that a journey calls. Both can be slow, fail and hang up. */
export class Outside {
  readonly #service: Server;
  readonly sink: Sink;
  /** Key of a call → how often it came. */
  readonly calls = new Map<string, number>();
  mood: 'well' | 'slow' | 'failing' | 'silent' = 'well';

  private constructor(sink: Sink) {
    this.sink = sink;
    this.#service = createServer((request, response) => {
      const key = String(request.headers['idempotency-key']);
      this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
      request.resume();
      if (this.mood === 'silent') return request.socket.destroy();
      const answer = () =>
        response
          .writeHead(this.mood === 'failing' ? 503 : 200, { 'content-type': 'application/json' })
          .end('{"items":[]}');
      setTimeout(answer, this.mood === 'slow' ? 3000 : 5);
    });
  }

  static async open(slowMs: () => number): Promise<Outside> {
    const made = new Outside(await openSink(slowMs));
    made.#service.listen(0, '127.0.0.1');
    await once(made.#service, 'listening');
    return made;
  }

  get service(): string {
    return `127.0.0.1:${(this.#service.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    this.#service.closeAllConnections();
    this.#service.close();
    await this.sink.close();
  }
}
