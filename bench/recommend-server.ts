import type { Rooms } from '../src/app.ts';
import type { RecommendationAnswer } from '../src/recommend/index.ts';
import { asBuilt } from './built.ts';
import { InventedHistory } from './recommend-data.ts';

/**
 * A Beckon of its own process, with a catalogue, rules, an activity and an invented history learned:
 * `recommend-server.ts '{"databaseUrl": …}'`. It says its port when it is ready. With `fixed` every question gets the
 * answer that the first one got: all of the handler but the recommending.
 */
export interface ServerOptions {
  databaseUrl: string;
  key: string;
  port: number;
  events: number;
  items: number;
  fixed: boolean;
}

const { joinRooms } = await asBuilt<typeof import('../src/app.ts')>('app');
const { prepareBare } = await asBuilt<typeof import('../src/bare.ts')>('bare');
const { quietLog } = await asBuilt<typeof import('../src/base/index.ts')>('base/index');
const { openDoors } = await asBuilt<typeof import('../src/doors.ts')>('doors');
const { readSettings } = await asBuilt<typeof import('../src/settings.ts')>('settings');
const { openStore } = await asBuilt<typeof import('../src/store/index.ts')>('store/index');

const options = JSON.parse(process.argv[2]!) as ServerOptions;
const store = await openStore(options.databaseUrl);
const settings = readSettings(['--no-demo', '--port', String(options.port), '--data', '/nowhere'], {
  DATABASE_URL: options.databaseUrl,
  BECKON_POSTAL_ADDRESS: 'Storgatan 1, Stockholm',
  BECKON_RATES: 'key=0,address=0',
});
const rooms = await joinRooms(
  { ...settings, secret: 'the bench has thirty-two bytes and more' },
  { store, log: quietLog },
);
await prepareBare(rooms);
await rooms.keys.adopt(options.key, 'BECKON_ADMIN_KEY');
const history = new InventedHistory({ ...options, seed: 1, now: rooms.clock.now() });
await stock(rooms);
if (options.fixed) answerOnce(rooms);
const doors = await openDoors(rooms);
await doors.listen();
await rooms.follower.catchUp();
for (let from = 0; from < history.size; from += 1000) {
  rooms.recommender.learnAll(history.lessons(from, from + 1000));
}
rooms.follower.start();
if (!options.fixed) rooms.folder.start();
console.log(options.port);

/** Sold in three categories, one in twenty sold out. */
async function stock({ catalog }: Rooms): Promise<void> {
  if (catalog.size > 0) return;
  for (let from = 0; from < options.items; from += 5000) {
    const length = Math.min(5000, options.items - from);
    await catalog.upsert(Array.from({ length }, (_, i) => itemOf(from + i)));
  }
}

function itemOf(n: number) {
  return {
    id: history.itemId(n),
    name: `Item number ${n}`,
    categories: [`Department ${n % 3}`, `Department ${n % 3}:Shelf ${n % 50}`],
    price: 5 + (n % 200),
    currency: 'EUR',
    stock: n % 20 === 7 ? 0 : 9,
    url: `http://localhost:8080/shop/p/item-${n}`,
    imageUrl: `http://localhost:8080/shop/picture/item-${n}.png`,
    attributes: { brand: `Brand ${n % 40}`, colour: n % 2 === 0 ? 'blue' : 'grey' },
  };
}

function answerOnce({ recommender }: Rooms): void {
  const answer = recommender.answer.bind(recommender);
  const kept = new Map<string, RecommendationAnswer>();
  recommender.answer = (request, person) => {
    const known = kept.get(request.criterion);
    if (known && known.count > 0) return known;
    const first = answer(request, person);
    kept.set(request.criterion, first);
    return first;
  };
}
