import { beforeEach, expect, it } from 'vitest';
import { quietLog } from '../base/index.ts';
import type { Item, Watcher } from '../catalog/index.ts';
import { Describer } from './describer.ts';
import { Engine } from './engine.ts';

let items: Map<string, Item>;
let watchers: Set<Watcher>;
let engine: Engine;
let describer: Describer;

beforeEach(() => {
  items = new Map();
  watchers = new Set();
  engine = new Engine();
  const shelf = {
    get: (id: string) => items.get(id),
    all: () => items.values(),
    version: 1,
    watch: (watcher: Watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
  describer = new Describer({ engine: () => engine, shelf, log: quietLog });
});

function put(id: string, name: string | null, categories: string[] = []): void {
  if (name === null) items.delete(id);
  else items.set(id, { id, name, categories, attributes: {} } as unknown as Item);
  for (const watcher of watchers) watcher([id]);
}

function similar(id: string): string[] {
  const list = engine.list({ kind: 'similar', key: engine.items.find(id) }, 10, () => true);
  return list.map(({ item }) => engine.items.name(item));
}

function others(): void {
  for (let n = 0; n < 20; n++) put(`o${n}`, `thing${n}`);
}

it('the engine is told of all items, and then of each that is new, different or gone', async () => {
  others();
  put('a', 'alpine tent');
  put('b', 'alpine tent');
  describer.look();
  await describer.settled();
  expect(similar('a')).toEqual(['b']);
  put('c', 'alpine tent');
  put('b', null);
  await describer.settled();
  expect(similar('a')).toEqual(['c']);
  put('c', 'something else');
  await describer.settled();
  expect(similar('a')).toEqual([]);
});

it('nothing is told before somebody looks: an engine is restored first', async () => {
  put('a', 'alpine tent');
  await describer.settled();
  expect(engine.described).toBe(0);
});

it('what changes while all are told is not missed, and a new engine is told everything again', async () => {
  others();
  put('a', 'alpine tent');
  describer.look();
  put('b', 'alpine tent');
  await describer.settled();
  expect(similar('a')).toEqual(['b']);
  engine = new Engine();
  describer.look();
  await describer.settled();
  expect(similar('a')).toEqual(['b']);
});

it('texts too short to tell are read in the language of the shop', async () => {
  for (let n = 0; n < 20; n++) put(`o${n}`, `Ding${n} für den Sommer und die Reise`);
  put('a', 'Jacken');
  put('b', 'Jacke');
  describer.look();
  await describer.settled();
  expect(similar('a')).toEqual(['b']);
});

it('nothing is told any more once it is stopped', async () => {
  put('a', 'alpine tent');
  describer.look();
  describer.stop();
  await describer.settled();
  put('b', 'alpine tent');
  describer.look();
  await describer.settled();
  expect(engine.described).toBe(0);
  expect(watchers.size).toBe(0);
});

it('says when the engine in use knows of all items what they are, a new one too', async () => {
  others();
  expect(describer.isWhole).toBe(false);
  describer.look();
  expect(describer.isWhole).toBe(false);
  await describer.settled();
  expect([describer.isWhole, engine.described]).toEqual([true, 20]);
  engine = new Engine();
  expect(describer.isWhole).toBe(false);
  describer.look();
  await describer.settled();
  expect(describer.isWhole).toBe(true);
});
