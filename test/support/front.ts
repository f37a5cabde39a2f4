import { once } from 'node:events';
import { createServer, request as call, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { selfSigned } from './certificate.ts';

/** One call to the edge, as it went by. */
export interface Passed {
  host: string;
  /** `interact`, `collect`, `identity/acquire`, `privacy/set-consent`; `preflight` for OPTIONS. */
  action: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: SentBody;
  bytes: number;
  status: number;
  /** Beckon's own answer; null when it has no body. */
  answer: { handle?: { type: string; payload: Record<string, unknown>[] }[]; warnings?: { title: string }[] } | null;
  setCookie: string[];
}

/** What the SDK sends, as far as tests look into it. */
export interface SentBody {
  events?: { xdm?: Record<string, unknown>; query?: unknown }[];
  query?: { identity?: { fetch: string[] } };
  xdm?: { identityMap?: Record<string, { id: string }[]> };
  meta?: { queueTimeMillis?: number; state?: { domain?: string; entries?: { key: string; value: string }[] } };
}

/** An answer that takes the place of Beckon's, after Beckon has done its work: the network lost it. */
export interface Fault {
  status: number;
  retryAfter?: string;
}

/**
 * The proxy before Beckon: pages of every host it is asked for, and the edge behind https (by host mapping) and plain
 * http. It passes Host, Cookie, Origin and Referer, as edge-protocol §1.2 wants of a proxy, and remembers what went by.
 */
export class Front {
  readonly calls: Passed[] = [];
  /** Decides whether the answer to a call is lost; null: none. */
  fault: ((nth: number, action: string) => Fault | undefined) | null = null;
  readonly #beckon: number;
  readonly #servers: Server[];
  readonly #waiting: { matches: (one: Passed) => boolean; found: (one: Passed) => void }[] = [];

  private constructor(beckon: number) {
    this.#beckon = beckon;
    const handle = (scheme: string) => (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response, scheme).catch((error: unknown) => response.destroy(error as Error));
    this.#servers = [createSecureServer(selfSigned('shop.test'), handle('https')), createServer(handle('http'))];
  }

  static async open(beckonPort: number): Promise<Front> {
    const front = new Front(beckonPort);
    for (const server of front.#servers) await once(server.listen(0, '127.0.0.1'), 'listening');
    return front;
  }

  get httpsPort(): number {
    return (this.#servers[0]!.address() as AddressInfo).port;
  }

  get httpPort(): number {
    return (this.#servers[1]!.address() as AddressInfo).port;
  }

  /** The first call that fits, from now on or already passed. */
  when(matches: (one: Passed) => boolean): Promise<Passed> {
    const known = this.calls.find(matches);
    if (known) return Promise.resolve(known);
    return new Promise((found) => this.#waiting.push({ matches, found }));
  }

  of(action: string): Passed[] {
    return this.calls.filter((one) => one.action === action);
  }

  /** Forgets what went by. */
  clear(): void {
    this.calls.length = 0;
    this.fault = null;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      (server as Server & { closeAllConnections(): void }).closeAllConnections();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, scheme: string): Promise<void> {
    const url = new URL(request.url!, `${scheme}://${request.headers.host}`);
    if (url.pathname.endsWith('.html')) return sendPage(url, response);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const answer = await this.#forward(request, body, scheme);
    const passed = passedOf(request, { url, body, answer });
    const isEdge = url.pathname.startsWith('/ee/');
    const before = this.calls.filter(({ query }) => query.get('requestId') === passed.query.get('requestId')).length;
    const fault = isEdge && passed.action !== 'preflight' ? this.fault?.(before, passed.action) : undefined;
    if (isEdge) this.calls.push(passed);
    reply(response, answer, fault);
    for (const one of this.#waiting) if (isEdge && one.matches(passed)) one.found(passed);
  }

  async #forward(request: IncomingMessage, body: Buffer, scheme: string): Promise<Answer> {
    const headers = { ...request.headers, 'x-forwarded-proto': scheme, 'x-forwarded-for': '192.0.2.1' };
    const asked = call({ port: this.#beckon, host: '127.0.0.1', method: request.method, path: request.url, headers });
    asked.end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) };
  }
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

function passedOf(request: IncomingMessage, { url, body, answer }: { url: URL; body: Buffer; answer: Answer }): Passed {
  const action = /\/v1\/(.+)$/.exec(url.pathname)?.[1] ?? url.pathname;
  return {
    host: url.host,
    action: request.method === 'OPTIONS' ? 'preflight' : action,
    query: url.searchParams,
    headers: request.headers,
    body: jsonOf(body) ?? {},
    bytes: body.length,
    status: answer.status,
    answer: jsonOf(answer.body),
    setCookie: answer.headers['set-cookie'] ?? [],
  };
}

function jsonOf(body: Buffer): never | null {
  try {
    return JSON.parse(body.toString()) as never;
  } catch {
    return null;
  }
}

function reply(response: ServerResponse, answer: Answer, fault: Fault | undefined): void {
  const {
    'content-length': _length,
    'transfer-encoding': _encoding,
    connection: _connection,
    ...headers
  } = answer.headers;
  if (!fault) {
    response.writeHead(answer.status, headers).end(answer.body);
    return;
  }
  const retry = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
  const { 'set-cookie': _cookies, ...plain } = headers;
  response.writeHead(fault.status, { ...plain, ...retry }).end();
}

/** A page with the SDK as published; `?shim=<address>` puts the development shim before it. */
function sendPage(url: URL, response: ServerResponse): void {
  const shim = url.searchParams.get('shim');
  const first = shim === null ? '' : `<script src="/edge-dev.js" data-target="${shim}"></script>`;
  const cookie = url.searchParams.get('device');
  const headers = cookie === null ? {} : { 'set-cookie': `device=${cookie}; Path=/; HttpOnly${domainOf(url)}` };
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Test shop</title><link rel="icon" href="data:,">
<script>
window.__alloyNS = ['alloy'];
window.alloy = function () { var given = arguments; return new Promise(function (ok, no) { window.alloy.q.push([ok, no, given]); }); };
window.alloy.q = [];
</script>${first}<script src="/alloy.min.js"></script></head>
<body><div id="recs"></div><a id="away" href="/away.html">Away</a></body></html>`);
}

function domainOf(url: URL): string {
  return url.hostname.endsWith('shop.test') ? '; Domain=shop.test; Secure' : '';
}
