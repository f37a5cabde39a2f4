import { joinRooms, type Rooms } from '../src/app.ts';
import { elapsed, quietLog, SeededRandom, UuidIds, VirtualClock } from '../src/base/index.ts';
import type { ShopEvent } from '../src/event/index.ts';
import { readSettings } from '../src/settings.ts';
import type { Store } from '../src/store/index.ts';

/** What the roll-ups took of taking events in and folding them, ms of waiting in one process; the gathering of what they appended included. */
export interface Share {
  events: number;
  ingestMs: number;
  rollUpMs: number;
}

const monday = Date.UTC(2026, 10, 23, 9);
const block = 500;

/**
 * Takes the days of so many of the people in through the log, as a year of a shop has them: ten events each, of which a recommendation shown, a mail
 * sent, a click and its landing of one in twenty, and an order of one in five.
 */
export async function shareOfRollUp(store: Store, { people, days }: { people: number; days: number }): Promise<Share> {
  const clock = new VirtualClock();
  clock.freeze(monday);
  const random = new SeededRandom(7);
  const ids = new UuidIds({ now: () => clock.now(), real: () => clock.now() }, random);
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40), demo: false, databaseUrl: store.url };
  const rooms = await joinRooms(settings, { store, log: quietLog, clock, random, ids });
  const share: Share = { events: 0, ingestMs: 0, rollUpMs: 0 };
  const { measure } = rooms.slots;
  const listen = measure.listen.bind(measure);
  measure.listen = async (...told) => {
    const began = elapsed();
    await listen(...told);
    share.rollUpMs += elapsed() - began;
  };
  await takeIn(rooms, introductions(people));
  share.rollUpMs = 0;
  const rows = await store.rows<{ id: string; ecid: string }>({
    text: `select profile_id as id, id as ecid from identity where namespace = 'ecid' order by 1`,
  });
  // Evenly out of all of them, so that what is read lies as far apart as it would.
  const each = Math.max(1, Math.floor(rows.length / days));
  const chosen = rows.filter((_, no) => no % each === 0).slice(0, days);
  const events = chosen.flatMap(({ id, ecid }, no) => dayOf({ id, ecid, no }));
  share.events = events.length;
  const began = elapsed();
  await takeIn(rooms, events);
  const gathered = elapsed();
  while ((await measure.rollUp()) > 0);
  share.rollUpMs += elapsed() - gathered;
  share.ingestMs = elapsed() - began;
  await rooms.folder.stop();
  await rooms.transport.close();
  return share;
}

async function takeIn({ events: log, folder }: Rooms, events: readonly ShopEvent[]): Promise<void> {
  for (let from = 0; from < events.length; from += block) {
    await log.receive(events.slice(from, from + block));
    await folder.drain();
  }
}

let made = 0;
function event(ecid: string, types: string[], more: Partial<ShopEvent> = {}): ShopEvent {
  const at = monday + made * 10;
  const visitor = `ecid:${ecid}`;
  const identities = [{ namespace: 'ecid', id: ecid }];
  return {
    id: `e${++made}`,
    source: 'edge:default',
    types,
    happenedAt: at,
    receivedAt: at,
    level: 0,
    visitor,
    identities,
    ...more,
  };
}

const introductions = (people: number) =>
  Array.from({ length: people }, (_, no) => {
    const ecid = `3${String(no).padStart(37, '0')}`;
    const identities = [
      { namespace: 'email', id: `p${no}@people.example` },
      { namespace: 'ecid', id: ecid },
    ];
    return event(ecid, ['profile.asserted'], { level: 3, source: 'server', identities });
  });

function dayOf({ id, ecid, no }: { id: string; ecid: string; no: number }): ShopEvent[] {
  const item = (n: number) => ({ id: `item-${(no * 7 + n * 13) % 300}` });
  const views = [1, 2, 3, 4, 5, 6].map((n) => event(ecid, ['commerce.productViews'], { items: [item(n)] }));
  const recommendation = { id: `r${no}`, criterion: 'popular', item: item(1).id, position: 1 };
  const journey = 'abandoned-cart';
  const message = { id: `m${no}`, journey, activity: 'mail', item: item(2).id, position: 1, criterion: 'goes-with' };
  const shown = [1, 2, 3, 4].map((n) => ({ item: item(n).id, position: n, criterion: 'goes-with' }));
  const mine = {
    source: 'message',
    visitor: `profile:${id}`,
    identities: [{ namespace: 'profile', id }],
    level: 3,
  } as const;
  const url = `https://shop.example/p/1?bk_click=c${no}`;
  const order = { id: `o${no}`, totalMinor: 4000 + (no % 900), currency: 'EUR' };
  const named = { source: 'server', level: 3, identities: [{ namespace: 'ecid', id: ecid }] } as const;
  return [
    ...views,
    event(ecid, ['commerce.productListAdds'], { items: [item(1)] }),
    event(ecid, ['decisioning.propositionDisplay'], { recommendation }),
    event(ecid, [no % 10 === 0 ? 'message.heldOut' : 'message.accepted'], {
      ...mine,
      identities: [...mine.identities],
      message,
      data: { shown, version: 1, message: 'reminder' },
    }),
    ...(no % 20 === 1
      ? [
          event(ecid, ['message.clicked'], {
            ...mine,
            identities: [...mine.identities],
            message,
            data: { clickId: `c${no}` },
          }),
          event(ecid, ['web.webpagedetails.pageViews'], { page: { url } }),
        ]
      : []),
    ...(no % 5 === 1
      ? [event(ecid, ['commerce.purchases'], { ...named, identities: [...named.identities], items: [item(2)], order })]
      : []),
  ];
}
