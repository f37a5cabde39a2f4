import { afterEach, expect, it } from 'vitest';
import { FakeClock, quietLog } from '../base/index.ts';
import { Calling } from './calling.ts';

const clock = new FakeClock(0);
let calling: Calling | undefined;
afterEach(() => calling?.stop());

/** A pass that ends when it is told. */
function pass() {
  let end!: () => void;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { begun: { claimed: 1, done }, end };
}
const none = { claimed: 0, done: Promise.resolve() };
/** Lets everything else go on until it is so; fails by the time of the test. */
async function until(isSo: () => boolean): Promise<void> {
  if (isSo()) return;
  await new Promise((resolve) => setImmediate(resolve));
  return until(isSo);
}

it('a service that does not answer holds up no other pass, and four passes wait at most', async () => {
  const slow = [pass(), pass(), pass(), pass(), pass()];
  let begun = 0;
  let told!: () => void;
  const four = new Promise<void>((resolve) => (told = resolve));
  calling = new Calling({
    clock,
    log: quietLog,
    begin: async () => {
      const next = slow[begun];
      if (!next) return none;
      if (++begun === 4) told();
      return next.begun;
    },
    nextDue: async () => null,
  });
  calling.start();
  await four;
  await Promise.resolve();
  expect(begun).toBe(4);
  slow[2]!.end();
  await until(() => begun === 5);
  for (const one of slow) one.end();
  await calling.stop();
});

it('whoever moves time waits for what is under way', async () => {
  const [slow, ended] = [pass(), [] as string[]];
  let begun = 0;
  calling = new Calling({
    clock,
    log: quietLog,
    begin: async () => (begun++ === 0 ? slow.begun : none),
    nextDue: async () => null,
  });
  calling.start();
  await until(() => begun === 2);
  const drained = calling.drain().then((count) => ended.push(`drained ${count}`));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toEqual([]);
  slow.end();
  await drained;
  expect(ended).toEqual(['drained 1']);
  expect(await calling.drain()).toBe(0);
});

it('a failure is told, and it looks again', async () => {
  let begun = 0;
  const errors: string[] = [];
  calling = new Calling({
    clock,
    log: { ...quietLog, error: (name) => void errors.push(name) },
    begin: () => (begun++ === 0 ? Promise.reject(new Error('no database')) : Promise.resolve(none)),
    nextDue: async () => null,
  });
  calling.start();
  await until(() => errors.length > 0);
  calling.wake();
  await until(() => begun === 2);
  expect(errors).toEqual(['journey.calls-failed']);
});

it('a stop waits for answers, and no longer than it should: the rest keep their lease', async () => {
  const slow = pass();
  const told: string[] = [];
  let begun = 0;
  const say = (name: string) => void told.push(name);
  calling = new Calling({
    clock,
    log: { ...quietLog, warn: say, error: say },
    begin: async () => (begun++ === 0 ? slow.begun : none),
    nextDue: async () => null,
    drainMs: 5,
  });
  calling.start();
  await until(() => begun === 2);
  await calling.stop();
  expect(told).toEqual(['journey.calls-left']);
  slow.end();
});
