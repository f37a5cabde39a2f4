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
import { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store/index.ts';

/** What every room is built on. */
export interface Ground {
  settings: Settings;
  store: Store;
  log: Log;
  memory: Memory;
  clock: Clock;
  random: Random;
  ids: Ids;
}

/** What it is made of; time, ids and chance may be of another kind than the settings ask for: for simulations. */
export interface Given extends Pick<Ground, 'store' | 'log'> {
  clock?: Clock;
  random?: Random;
  ids?: Ids;
}

export async function openGround(settings: Settings, given: Given): Promise<Ground> {
  const { store, log, random = new SystemRandom() } = given;
  const memory = new Memory(store);
  const offset = (await memory.get<number>('clock-offset')) ?? 0;
  const clock = given.clock ?? (settings.clock === 'virtual' ? new VirtualClock(offset) : new SystemClock());
  return { settings, store, log, memory, clock, random, ids: given.ids ?? new UuidIds(clock, random) };
}
