import { joinRooms, type AppParts, type Rooms } from './app.ts';
import { askingKey, groupOf } from './api/index.ts';
import { prepareBare } from './bare.ts';
import { pause } from './base/index.ts';
import { readVersion } from './built.ts';
import { oneByOne } from './company.ts';
import { openDoors, type Doors } from './doors.ts';
import { gathering } from './gathering.ts';
import { setUpPage } from './ground.ts';
import { openFront } from './event/index.ts';
import { openHearing, type Hearing } from './hearing.ts';
import { openCaller, type Caller } from './journey/index.ts';
import { arrive } from './mailing.ts';
import type { Role } from './role.ts';
import type { Settings } from './settings.ts';

/** A running Beckon. */
export interface App {
  addresses: { name: string; url: string }[];
  /** The secret key to print, in the demo; otherwise null. */
  key: string | null;
  /** Nobody can call `/v1` yet: no key is in force. */
  keyless: boolean;
  stop(): Promise<void>;
}

/** Something that goes on in the background for as long as the process runs. */
interface Work {
  /** Processes with any of these roles do it. */
  of: readonly Role[] | 'all';
  start(): unknown;
  stop(): unknown;
}

/** In the order of starting; stopped the other way round. */
function worksOf(rooms: Rooms, say: (line: string) => void): Work[] {
  const { follower, learning, folder, carrier, profiles, feeding, showing, replaying, simulations, pulse, slots } =
    rooms;
  let hearing: Hearing | undefined;
  const over = (of: Work['of'], { start, stop }: { start(): unknown; stop(): unknown }): Work => ({ of, start, stop });
  return [
    over('all', { start: () => rooms.company.join(), stop: () => rooms.company.leave() }),
    over(['recommend', 'studio'], { start: () => follower.start(), stop: () => learning.stop() }),
    over(['journey'], { start: () => folder.start(), stop: () => folder.stop() }),
    over(['journey'], { start: () => carrier?.start(), stop: () => carrier?.stop() }),
    over(['journey'], { start: () => profiles.audiences.builds.start(), stop: () => profiles.audiences.builds.stop() }),
    over(['studio'], { start: () => feeding.runs.start(), stop: () => feeding.runs.stop() }),
    over(['studio'], { start: () => showing.listFeeds.start(), stop: () => showing.listFeeds.stop() }),
    over(['studio'], { start: () => replaying.replays.start(), stop: () => replaying.replays.stop() }),
    over(['studio'], { start: () => simulations.start(), stop: () => simulations.stop() }),
    over(['send'], { start: () => arrive(rooms.settings, rooms, say), stop: () => {} }),
    over('all', { start: () => pulse.start(), stop: () => pulse.stop() }),
    // A batch of mails under way is ended before the pulse is waited for.
    over(['send'], { start: () => {}, stop: () => rooms.messages.stop() }),
    over(['send'], { start: async () => (hearing = await openHearing(rooms)), stop: () => hearing?.stop() }),
    over(['journey'], { start: () => slots.calling.start(), stop: () => slots.calling.stop() }),
  ];
}

/** Starts what a process with these roles does: rooms, demo, doors, and the passing of time. */
export async function startApp(settings: Settings, parts: AppParts): Promise<App> {
  const front = settings.front ? await openFront(settings.front) : null;
  const rooms = await setUp(settings, { ...parts, front });
  const { roles } = rooms;
  const doors = await openDoors(rooms);
  rooms.slots.callOwn = roles.areAll ? doors.callAsJourney : callAsJourney(rooms, doors);
  const demo = settings.demo ? await (await import('./demo.ts')).prepareDemo(rooms, parts.say) : null;
  if (settings.adminKey !== null) await rooms.keys.adopt(settings.adminKey, 'BECKON_ADMIN_KEY');
  if (roles.learns) await rooms.follower.catchUp();
  await doors.listen();
  const works = worksOf(rooms, parts.say).filter(({ of }) => of === 'all' || roles.has(...of));
  for (const work of works) await work.start();
  return {
    addresses: await addressesOf(rooms),
    key: demo?.key ?? null,
    keyless: (await rooms.keys.list()).length === 0,
    stop: () => leave(rooms, doors, works),
  };
}

/** The rooms, with what a first start of a version puts into the database: by one process at a time. */
async function setUp(settings: Settings, parts: AppParts): Promise<Rooms> {
  const open = async () => {
    const rooms = await joinRooms(settings, parts);
    if (!settings.demo) await prepareBare(rooms);
    return rooms;
  };
  const [known] = await parts.store.rows<{ value: string }>({
    text: `select value #>> '{}' as value from app_memory where name = 'set-up'`,
  });
  if (known?.value === readVersion()) return open();
  const rooms = await oneByOne(parts.store, open);
  await rooms.memory.set('set-up', readVersion());
  return rooms;
}

/**
 * `/readyz` says at once that nothing more is to be sent here; after the time in which whoever shares out the requests has
 * seen that, the doors close, what is under way is ended, and leases are given back.
 */
async function leave(rooms: Rooms, doors: Doors, works: readonly Work[]): Promise<void> {
  rooms.slots.isLeaving = true;
  await pause(rooms.settings.drainMs ?? 0);
  await doors.close();
  for (const work of [...works].reverse()) await work.stop();
  await rooms.front?.close();
  await rooms.transport.close();
}

/** Journeys ask us by our own address: here, where this process has the door, otherwise where it is served. */
function callAsJourney({ settings, ownKey, roles }: Rooms, doors: Doors): Caller {
  const { publicUrl, recommendUrl = null } = settings;
  const bases = { recommend: recommendUrl ?? publicUrl, collect: publicUrl, studio: publicUrl };
  const call = openCaller({ allowed: Object.values(bases).map((base) => new URL(base).host) });
  const authorization = `Bearer ${askingKey(ownKey)}`;
  const elsewhere = gathering(({ url, headers, ...request }) => {
    const base = bases[groupOf(request.method, url) ?? 'collect'];
    return call({ ...request, url: `${base}${url}`, headers: { authorization, ...headers } });
  });
  return (request) => {
    const group = groupOf(request.method, request.url);
    return group === null || roles.has(group) ? doors.callAsJourney(request) : elsewhere(request);
  };
}

async function addressesOf({ settings, transport, team, roles }: Rooms): Promise<App['addresses']> {
  const at = settings.publicUrl;
  if (!roles.has('studio'))
    return [{ name: roles.list.join(', '), url: `http://${settings.host}:${settings.port}/readyz` }];
  const pages = settings.demo ? [{ name: 'shop', url: `${at}/shop` }] : [];
  if (transport.isMailbox) pages.push({ name: 'mailbox', url: `${at}/mailbox` });
  if (!settings.demo) pages.push(...(await setUpPage(team, at)));
  return [...pages, { name: 'studio', url: `${at}/` }, { name: 'docs', url: `${at}/docs` }];
}
