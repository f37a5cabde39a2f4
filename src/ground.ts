import {
  SystemClock,
  SystemRandom,
  UuidIds,
  VirtualClock,
  type Clock,
  type Ids,
  type Log,
  type Random,
} from './base/index.ts';
import type { Front } from './event/index.ts';
import { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store/index.ts';
import { SignInService, Team } from './team/index.ts';

/** What every room is built on. */
export interface Ground {
  settings: Settings;
  store: Store;
  log: Log;
  memory: Memory;
  clock: Clock;
  random: Random;
  ids: Ids;
  /** The installation's. */
  secret: Uint8Array;
  /** A log before the table; null: there is none. */
  front: Front | null;
}

/** What it is made of; time, ids and chance may be of another kind than the settings ask for: for simulations. */
export interface Given extends Pick<Ground, 'store' | 'log'> {
  clock?: Clock;
  random?: Random;
  ids?: Ids;
  front?: Front | null;
}

export async function openGround(settings: Settings, given: Given): Promise<Ground> {
  const { store, log, random = new SystemRandom(), front = null } = given;
  const memory = new Memory(store);
  const offset = (await memory.get<number>('clock-offset')) ?? 0;
  const clock = given.clock ?? (settings.clock === 'virtual' ? new VirtualClock(offset) : new SystemClock());
  const secret = new TextEncoder().encode(settings.secret);
  return { settings, store, log, memory, clock, random, secret, front, ids: given.ids ?? new UuidIds(clock, random) };
}

/** The team of an installation; its times are the machine's own. */
export function openTeam(
  settings: Pick<Settings, 'secret'>,
  { store, random = new SystemRandom() }: Pick<Given, 'store' | 'random'>,
): Team {
  const clock = new SystemClock();
  const secret = new TextEncoder().encode(settings.secret);
  return new Team({ store, random, secret, ids: new UuidIds(clock, random), now: () => clock.real() });
}

/** Another service that signs members in, where one is set. */
export function openService({ oidc, publicUrl }: Pick<Settings, 'oidc' | 'publicUrl'>): SignInService | null {
  if (oidc === null) return null;
  return new SignInService(oidc, { random: new SystemRandom(), back: `${publicUrl}/v1/session/service/back` });
}

/** Where the first password is set from anywhere, while there is none: a link that works once, within a day. */
export async function setUpPage(team: Team, publicUrl: string): Promise<{ name: string; url: string }[]> {
  if (await team.isSetUp()) return [];
  return [{ name: 'set up', url: `${publicUrl}/welcome#${await team.setupLink()}` }];
}
