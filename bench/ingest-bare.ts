import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { Pool } from 'pg';
import { shardOf } from '../src/base/index.ts';
import { ecidIn } from './ingest-client.ts';

/**
 * The limit of the ingest bench: a bare node:http that reads the same bodies and writes the same three rows in the same
 * micro-batches (up to 1000 events; a second in flight for 32 or more), answering after the commit. `ingest-bare.ts DATABASE_URL`; prints
 * its port. It leaves out everything else: routes, headers, limits, identity, consent, deduplication, folding.
 */
interface Row {
  shard: number;
  source: string;
  key: string;
  visitor: string;
  body: string;
}

interface Waiting {
  rows: Row[];
  done: () => void;
}

const pool = new Pool({ connectionString: process.argv[2]!, max: 4 });
const limit = 1000;
/** So many rows make a second statement beside the first worth it, as in src/event/receive.ts. */
const worthwhile = 32;
let queue: Waiting[] = [];
let inFlight = 0;
/** Rows in the queue. */
let waiting = 0;

const server = createServer((request, response) => {
  void readText(request).then(async (text) => {
    await new Promise<void>((done) => add({ rows: rowsOf(text, request.url!), done }));
    const body = '{"requestId":"","handle":[]}';
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});
server.keepAliveTimeout = 72_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : '');
});

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

interface Sdk {
  meta: { state: { entries: { value: string }[] } };
  events: { xdm: { productListItems: { SKU: string }[]; web: { webPageDetails: object }; placeContext: object } }[];
}

function rowsOf(text: string, url: string): Row[] {
  const at = Date.now();
  const body = JSON.parse(text) as Sdk | { identities: { ECID: string } }[];
  const made = (ecid: string, rest: object): Row => {
    const event = {
      id: randomUUID(),
      source: 'edge:default',
      types: ['commerce.productViews'],
      happenedAt: at,
      receivedAt: at,
      level: 0,
      visitor: `ecid:${ecid}`,
      identities: [{ namespace: 'ecid', id: ecid }],
      ...rest,
    };
    return {
      shard: shardOf(event.visitor),
      source: event.source,
      key: event.id,
      visitor: event.visitor,
      body: JSON.stringify(event),
    };
  };
  if (Array.isArray(body)) return body.map(({ identities, ...rest }) => made(identities.ECID, rest));
  const ecid = ecidIn(body.meta.state.entries[0]!.value);
  return body.events.map(({ xdm }) =>
    made(ecid, {
      id: new URLSearchParams(url.split('?')[1]).get('requestId'),
      items: [{ id: xdm.productListItems[0]!.SKU, quantity: 1, priceMinor: 4950, currency: 'EUR' }],
      page: xdm.web.webPageDetails,
      timeZone: 'Europe/Stockholm',
    }),
  );
}

function add(one: Waiting): void {
  queue.push(one);
  waiting += one.rows.length;
  if (queue.length === 1) setImmediate(flush);
}

function flush(): void {
  while (queue.length > 0 && (inFlight === 0 || (inFlight === 1 && waiting >= worthwhile))) {
    let [take, count] = [0, 0];
    while (take < queue.length && (take === 0 || count + queue[take]!.rows.length <= limit)) {
      count += queue[take++]!.rows.length;
    }
    const batch = queue.slice(0, take);
    queue = queue.slice(take);
    waiting -= count;
    inFlight++;
    void write(batch.flatMap(({ rows }) => rows)).then(() => {
      for (const { done } of batch) done();
      inFlight--;
      flush();
    });
  }
}

async function write(rows: Row[]): Promise<void> {
  const byShard = new Map<number, string[]>();
  for (const { shard, body } of rows) {
    const bodies = byShard.get(shard);
    if (bodies) bodies.push(body);
    else byShard.set(shard, [body]);
  }
  await pool.query({
    name: 'bare',
    text: `with input as (
        select * from unnest($1::smallint[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[]) as t(shard, source, key, id, visitor, body)
      ), keys as (
        insert into event_key (shard, source, id, day) select shard, source, key, current_date from input
      ), events as (
        insert into event (shard, received_at, id, visitor, happened_at, body)
        select shard, now(), id, visitor, now(), body::jsonb from input
      )
      insert into event_inbox (shard, id, payload) select * from unnest($7::smallint[], $8::uuid[], $9::text[])`,
    values: [
      rows.map(({ shard }) => shard),
      rows.map(({ source }) => source),
      rows.map(({ key }) => key),
      rows.map(() => randomUUID()),
      rows.map(({ visitor }) => visitor),
      rows.map(({ body }) => body),
      [...byShard.keys()],
      [...byShard.keys()].map(() => randomUUID()),
      [...byShard.values()].map((bodies) => `[${bodies.join(',')}]`),
    ],
  });
}
