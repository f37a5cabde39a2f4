import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { elapsed, SeededRandom, shardOf } from '../src/base/index.ts';

/** What the ingest bench sends: keep-alive connections, one request on each at a time, answered before the next. */
export interface Load {
  port: number;
  /** `interact`: one event a request as the Web SDK sends it; `events`: POST /v1/events with `batch` events. */
  kind: 'interact' | 'events';
  connections: number;
  seconds: number;
  /** No more than so many events, about. */
  events?: number;
  /** Requests a second; null: as fast as the answers come. */
  rate: number | null;
  batch: number;
  visitors: number;
  seed: number;
  key: string;
}

export interface Loaded {
  requests: number;
  events: number;
  failures: number;
  seconds: number;
  p50: number;
  p99: number;
}

/** Loads a server until the time is over. */
export async function runLoad(load: Load): Promise<Loaded> {
  const make = maker(load);
  const times: number[] = [];
  const perRequest = load.kind === 'events' ? load.batch : 1;
  let left = load.events ?? Number.POSITIVE_INFINITY;
  let failures = 0;
  const began = elapsed();
  const endsAt = began + load.seconds * 1000;
  const turn = pace(load.rate, began);
  const lane = async () => {
    const line = await Line.open(load.port);
    while (elapsed() < endsAt && left > 0) {
      left -= perRequest;
      await turn();
      const asked = elapsed();
      const status = await line.ask(make());
      times.push(elapsed() - asked);
      if (status >= 300) failures++;
    }
    line.close();
  };
  await Promise.all(Array.from({ length: load.connections }, lane));
  const seconds = (elapsed() - began) / 1000;
  times.sort((a, b) => a - b);
  const of = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  return { requests: times.length, events: times.length * perRequest, failures, seconds, p50: of(0.5), p99: of(0.99) };
}

/** Resolves when the next request may go; with no rate, at once. */
function pace(rate: number | null, began: number): () => Promise<void> {
  let sent = 0;
  return async () => {
    if (rate === null) return;
    const due = began + (sent++ * 1000) / rate;
    const wait = due - elapsed();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  };
}

/** A keep-alive connection that bears one request at a time; as little client as can be. */
class Line {
  readonly #socket: Socket;
  #text = '';
  #done: ((status: number) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => this.#hear(piece));
    socket.on('error', () => this.#finish(599));
  }

  static open(port: number): Promise<Line> {
    const socket = connect(port, '127.0.0.1');
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(new Line(socket)));
      socket.once('error', reject);
    });
  }

  ask(request: string): Promise<number> {
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(piece: string): void {
    this.#text += piece;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#text.slice(0, head))?.[1];
    if (this.#text.length < head + 4 + Number(length ?? 0)) return;
    const status = Number(this.#text.slice(9, 12));
    this.#text = '';
    this.#finish(status);
  }

  #finish(status: number): void {
    const done = this.#done;
    this.#done = null;
    done?.(status);
  }
}

/** Requests of invented visitors, the few busiest of whom do most (Zipf, exponent near one). */
function maker(load: Load): () => string {
  const random = new SeededRandom(load.seed);
  const cookies = new Map<string, string>();
  const pick = () => ecidOf(Math.floor(load.visitors ** random.next()) - 1);
  const identity = (ecid: string) => {
    const known = cookies.get(ecid) ?? identityOf(ecid);
    cookies.set(ecid, known);
    return known;
  };
  if (load.kind === 'interact') return () => interact(identity(pick()), Math.floor(random.next() * 5000));
  return () => {
    const rows = Array.from({ length: load.batch }, () => serverEvent(pick(), Math.floor(random.next() * 5000)));
    return post('/v1/events', JSON.stringify(rows), [
      'content-type: application/json',
      `authorization: Bearer ${load.key}`,
    ]);
  };
}

/** The SDK's identity cookie: protobuf field 1 the ECID, then when it was made and written (edge-protocol §5). */
export function identityOf(ecid: string): string {
  const rest = [0x52, 0x06, 0x08, 0x01, 0x10, 0x00, 0x18, 0x01, 0xf0, 0x01, 0x01];
  return Buffer.from([0x0a, ecid.length, ...Buffer.from(ecid, 'latin1'), ...rest]).toString('base64url');
}

/** The ECID in a value of `identityOf`. */
export function ecidIn(identity: string): string {
  return Buffer.from(identity, 'base64url').toString('latin1', 2, 40);
}

/** 38 digits; visitors of the bench are numbers. */
export function ecidOf(visitor: number): string {
  return String(visitor).padStart(19, '1') + String(shardOf(String(visitor))).padStart(19, '2');
}

/** A view of an item as the Web SDK 2.33 sends it, trimmed. */
function interact(identity: string, item: number): string {
  const body = {
    meta: {
      queueTimeMillis: 12,
      state: {
        domain: 'localhost',
        cookiesEnabled: true,
        entries: [{ key: 'kndctr_BECKON_AdobeOrg_identity', value: identity }],
      },
    },
    query: { identity: { fetch: ['ECID'] } },
    events: [
      {
        xdm: {
          eventType: 'commerce.productViews',
          commerce: { productViews: { value: 1 } },
          productListItems: [
            { SKU: `item-${item}`, name: `Item ${item}`, quantity: 1, priceTotal: 49.5, currencyCode: 'EUR' },
          ],
          web: {
            webPageDetails: { URL: `http://localhost:8080/shop/p/item-${item}`, name: `Item ${item}` },
            webReferrer: { URL: '' },
          },
          device: { screenHeight: 1080, screenWidth: 1920, screenOrientation: 'landscape' },
          environment: { type: 'browser', browserDetails: { viewportWidth: 1280, viewportHeight: 720 } },
          placeContext: {
            localTime: '2026-11-23T12:00:00.000+01:00',
            localTimezoneOffset: -60,
            ianaTimezone: 'Europe/Stockholm',
          },
          timestamp: '2026-11-23T11:00:00.000Z',
          implementationDetails: {
            name: 'https://ns.adobe.com/experience/alloy',
            version: '2.33.1',
            environment: 'browser',
          },
        },
        query: { personalization: { schemas: [], decisionScopes: ['__view__'], surfaces: [] } },
      },
    ],
  };
  return post(`/ee/v1/interact?configId=default&requestId=${randomUUID()}`, JSON.stringify(body), [
    'content-type: text/plain; charset=UTF-8',
    'origin: http://localhost:8080',
    'referer: http://localhost:8080/shop',
  ]);
}

function serverEvent(ecid: string, item: number): object {
  return {
    id: randomUUID(),
    type: 'commerce.productViews',
    identities: { ECID: ecid },
    items: [{ id: `item-${item}`, quantity: 1, price: 49.5, currency: 'EUR' }],
    page: { url: `http://localhost:8080/shop/p/item-${item}`, name: `Item ${item}` },
    timeZone: 'Europe/Stockholm',
  };
}

function post(path: string, body: string, headers: string[]): string {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: localhost:8080',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** One event of a visitor of its own, by its own request; resolves when it is answered. */
export async function sendOne(port: number, ecid: string): Promise<void> {
  const line = await probeLine(port);
  const status = await line.ask(interact(identityOf(ecid), 1));
  if (status >= 300) throw new Error(`The event was answered with ${status}`);
}

const lines = new Map<number, Promise<Line>>();

function probeLine(port: number): Promise<Line> {
  const known = lines.get(port) ?? Line.open(port);
  lines.set(port, known);
  return known;
}
