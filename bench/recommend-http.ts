import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { migrations } from '../src/app.ts';
import { elapsed, pause, quietLog } from '../src/base/index.ts';
import { launch, migrate, openStore } from '../src/store/index.ts';
import { figure, numberFlag, percentile } from './figure.ts';
import { passingFolder } from './folder.ts';
import { freePort } from './port.ts';
import { askOnce, send, type Answered, type Asking } from './recommend-client.ts';
import type { ServerOptions } from './recommend-server.ts';

const bench = 'recommend';
const key = 'bench-admin-key-0123456789abcdef';
const rate = numberFlag('rate', 1000);
const seconds = numberFlag('seconds', 10);
const rounds = numberFlag('rounds', 2);
const probes = numberFlag('probes', 100);
const events = numberFlag('http-events', 1_000_000);
const items = numberFlag('http-items', 50_000);
const connections = 32;
const children: ChildProcess[] = [];
let seed = 1;

interface Side {
  port: number;
  pid: number;
}

/** Answers by real servers in their own processes, with the load and PostgreSQL beside them on the same machine. */
export async function httpFigures(): Promise<void> {
  const dataDir = passingFolder();
  const database = await launch({ dataDir, log: quietLog, say: () => {} });
  try {
    const store = await openStore(database.url);
    await migrate(store, migrations);
    await store.close();
    const whole = await startServer(database.url, false);
    await define(whole.port);
    const fixed = await startServer(database.url, true);
    await showOne(whole);
    await steady(whole, fixed);
    await batches(whole);
    await fresh(whole);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await database.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** An exclusion, a collection, a criterion with rules of its own, a design, and an activity that shows it. */
async function define(port: number): Promise<void> {
  const put = (path: string, body: object) =>
    send(port, { method: 'PUT', path: `/v1/${path}`, key, body: JSON.stringify(body) });
  await put('exclusions/no-grey-brand', { name: 'Not this brand', rules: ['item.attributes.brand = "Brand 7"'] });
  await put('collections/bench', { name: 'Two departments', rules: ['not anyEqual(item.categories, "Department 2")'] });
  await put('criteria/bench', {
    name: 'Cart, of a price',
    algorithm: { kind: 'cart' },
    rules: ['item.price >= 8', 'item.price <= 190'],
  });
  const card = (n: number) =>
    `<a href="$entity${n}.pageUrl"><img src="$entity${n}.thumbnailUrl" alt=""><b>$entity${n}.name</b> $entity${n}.value $entity${n}.currency</a>`;
  const script = `<div>${Array.from({ length: 12 }, (_, i) => card(i + 1)).join('')}</div>`;
  await put('designs/row', { name: 'Row', type: 'html', language: 'velocity', script });
  const offer = { kind: 'recommendation', criterion: 'bench', design: 'row', collection: 'bench' };
  const experiences = [{ key: 'row', offers: [offer] }];
  await put('activities/cart-page', { name: 'Cart page', location: 'cart-page', experiences });
  await send(port, { path: '/v1/activities/cart-page/publish', key, body: '{}' });
}

/** What is measured must be an answer. */
async function showOne({ port }: Side): Promise<void> {
  const asked = await askOnce(askingOf(port, 'delivery'));
  if (!asked.includes('data-beckon-item=')) throw new Error(`The activity showed nothing: ${asked.slice(0, 2000)}`);
}

function askingOf(port: number, door: Asking['door'], at = rate): Asking {
  return { port, key, door, connections, seconds, rate: at, items, seed: seed++ };
}

/** Both sides in turn, so that what else the machine does hits both alike; of each the best round. */
async function steady(whole: Side, fixed: Side): Promise<void> {
  for (const side of [whole, fixed]) await load({ ...askingOf(side.port, 'delivery', rate / 2), seconds: 4 });
  for (const door of ['delivery', 'answer'] as const) {
    const [values, limits]: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      limits.push(await measured(fixed, door));
      values.push(await measured(whole, door));
    }
    tellSteady(door, best(values), best(limits));
  }
}

interface Measured extends Answered {
  /** Processor time of the server, ms a request. */
  cpu: number;
}

async function measured(side: Side, door: Asking['door']): Promise<Measured> {
  const before = processorMs(side.pid);
  const answered = await load(askingOf(side.port, door));
  if (answered.failures > 0) throw new Error(`${answered.failures} of ${answered.requests} requests failed`);
  return { ...answered, cpu: (processorMs(side.pid) - before) / answered.requests };
}

function best(all: Measured[]): Measured {
  return all.sort((a, b) => a.p99 - b.p99)[0]!;
}

function tellSteady(door: Asking['door'], value: Measured, limit: Measured): void {
  const name = door === 'delivery' ? 'http' : 'http-answer';
  const what =
    door === 'delivery'
      ? 'POST /rest/v1/delivery: an activity with collection, exclusion and rules of its criterion, 12 items for a cart of 1 to 5, drawn by an HTML design, with trace'
      : 'POST /v1/recommendations: the same question, with reasons';
  const how = `${what}; asked for at ${rate} a second over ${connections} connections for ${seconds} s, times from when a request was due, best of ${rounds} rounds, ${events} events and ${items} items learned; server, PostgreSQL and load on one machine, whose load was ${loadavg()[0]!.toFixed(1)}`;
  const same = 'limit: the same server and handler, where every question gets the answer of the first';
  const told = { bench, note: `${how}; ${same}` } as const;
  const perSecond = ({ requests, seconds: took }: Measured) => requests / took;
  figure({ ...told, figure: name, value: perSecond(value), unit: 'requests/s', limit: perSecond(limit) });
  figure({ ...told, figure: `${name}-p50-ms`, value: value.p50, unit: 'ms', limit: limit.p50 });
  figure({ ...told, figure: `${name}-p90-ms`, value: value.p90, unit: 'ms', limit: limit.p90 });
  figure({ ...told, figure: `${name}-p99-ms`, value: value.p99, unit: 'ms', limit: limit.p99 });
  figure({ ...told, figure: `${name}-cpu-ms`, value: value.cpu, unit: 'ms/request', limit: limit.cpu });
}

/** A thousand recipients a call. */
async function batches(side: Side): Promise<void> {
  const calls = 10;
  const recipients = Array.from({ length: 1000 }, (_, n) => ({
    cart: Array.from({ length: 1 + (n % 5) }, (_line, i) => `item-${(n * 7919 + i * i) % items}`),
  }));
  const body = JSON.stringify({ criterion: 'bench', collection: 'bench', limit: 12, reasons: true, recipients });
  const ask = () => send(side.port, { path: '/v1/recommendations:batch', key, body });
  await ask();
  const [before, began] = [processorMs(side.pid), elapsed()];
  for (let n = 0; n < calls; n++) await ask();
  const used = processorMs(side.pid) - before;
  const rateByClock = Math.round((calls * 1000) / ((elapsed() - began) / 1000));
  figure({
    bench,
    figure: 'batch',
    value: (calls * 1000) / (used / 1000),
    unit: 'recipients/s',
    limit: 5000,
    note: `POST /v1/recommendations:batch, ${calls} calls of 1,000 carts, 12 items each with rules and reasons, ${events} events and ${items} items learned; a core: by the server's processor time, reading and writing of JSON included; limit: the 5,000 a core that were set as the goal; by the clock ${rateByClock}/s`,
  });
}

/** From sending an order of two items to the answer of anybody that shows the one with the other. */
async function fresh(side: Side): Promise<void> {
  const rows = Array.from({ length: probes * 2 }, (_, n) => ({
    id: `fresh-${n}`,
    name: `New ${n}`,
    price: 20,
    stock: 5,
  }));
  await send(side.port, { path: '/v1/items', key, body: JSON.stringify(rows) });
  const others = start('./recommend-load.ts', { ...askingOf(side.port, 'answer', rate / 5), seconds: 3600 });
  await pause(1500);
  const times: number[] = [];
  for (let n = 0; n < probes; n++) {
    const pair = [`fresh-${n * 2}`, `fresh-${n * 2 + 1}`] as const;
    const visitor = String(n + 1).padStart(38, '7');
    const order = {
      id: randomUUID(),
      type: 'commerce.purchases',
      identities: { ECID: visitor },
      items: pair.map((id) => ({ id, quantity: 1, price: 20, currency: 'EUR' })),
      order: { id: randomUUID(), total: 40, currency: 'EUR' },
    };
    const question = JSON.stringify({ criterion: 'bought-together', item: pair[0], backup: 'none' });
    const began = elapsed();
    const sent = send(side.port, { path: '/v1/events', key, body: JSON.stringify([order]) });
    for (;;) {
      const { text } = await send(side.port, { path: '/v1/recommendations', key, body: question });
      if (text.includes(`"${pair[1]}"`)) break;
      if (elapsed() - began > 20_000) throw new Error(`The order shows in no list: ${text}`);
      await pause(5);
    }
    times.push(elapsed() - began);
    await sent;
  }
  others.kill('SIGKILL');
  times.sort((a, b) => a - b);
  const note = `from POST /v1/events with an order of two new items to the list of anybody that shows the one with the other, ${probes} times, asked for every 5 ms, while ${rate / 5} answers a second go to others; limit: the second that was set as the goal; ${Math.round(percentile(times, 0.5))} ms in the middle; load of the machine ${loadavg()[0]!.toFixed(1)}`;
  figure({ bench, figure: 'fresh-p99-ms', value: percentile(times, 0.99), unit: 'ms', limit: 1000, note });
}

/** Processor time that a process has used so far, ms. Linux only; elsewhere NaN. */
function processorMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return Number.NaN;
  }
}

async function load(asking: Asking): Promise<Answered> {
  return JSON.parse(await firstLine(start('./recommend-load.ts', asking))) as Answered;
}

async function startServer(databaseUrl: string, fixed: boolean): Promise<Side> {
  const options: ServerOptions = { databaseUrl, key, port: await freePort(), events, items, fixed };
  const child = start('./recommend-server.ts', options);
  await firstLine(child);
  child.stdout!.resume();
  return { port: options.port, pid: child.pid! };
}

function start(file: string, options: object): ChildProcess {
  const path = new URL(file, import.meta.url).pathname;
  // As `npm start` has it.
  const flags = [...process.execArgv, '--max-semi-space-size=64', '--no-allocation-site-pretenuring'];
  const child = spawn(process.execPath, [...flags, path, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  child.once('exit', () => children.splice(children.indexOf(child), 1));
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new Error('A process of the bench ended without a word');
}
