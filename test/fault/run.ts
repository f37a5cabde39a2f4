import { SeededRandom } from '../../src/base/index.ts';
import { migrations } from '../../src/app.ts';
import type { Store } from '../../src/store/index.ts';
import { freshStore } from '../support/database.ts';
import { Invariants } from './invariant.ts';
import { plansOf } from './plans.ts';
import { stepsOf, type Step } from './step.ts';
import { World, type Spoil } from './world.ts';

/** A run that failed: by which steps, and what was broken then. */
export interface Failure {
  seed: number;
  steps: Step[];
  broken: string[];
}

/** How many steps a seed has. */
export const length = 6;

/** Days that pass after the last step, when all is well again. */
const afterwards = [400, 5000];

let shared: Promise<Store> | undefined;
let runs = 0;

/** Tables that a run fills; what the migrations put in, and what takes long to make, stays. */
let filled: string[] | undefined;
const kept =
  /^(message_template|item.*|catalog.*|app_memory|datastream|migration.*|schema.*|store_.*|recommend_snapshot.*|event_p.*|event_2.*)$/;

async function filledTables(store: Store): Promise<string[]> {
  const tables = await store.rows<{ name: string }>({
    text: `select tablename as name from pg_tables where schemaname = 'public'`,
  });
  const names: string[] = [];
  for (const { name } of tables) {
    const [row] = await store.rows({ text: `select 1 from "${name}" limit 1` });
    if (!row && !kept.test(name)) names.push(`"${name}"`);
  }
  return names;
}

/** One database for all runs of a file: emptied for each. */
export async function ground(): Promise<Store> {
  shared ??= freshStore(migrations, { connections: 6 });
  const store = await shared;
  const names = (filled ??= await filledTables(store));
  const whole = runs++ % 40 === 0;
  await store.run({
    text: whole ? `truncate ${names.join(', ')}` : names.map((name) => `delete from ${name}`).join('; '),
  });
  await store.run({ text: 'update event_shard set owner = null, lease_until = null' });
  return store;
}

/** Plays steps on an empty shop. @returns what was broken, and after which step; null when nothing was */
export async function play(seed: number, steps: readonly Step[], spoil?: Spoil): Promise<Failure | null> {
  const store = await ground();
  const world = new World(store, seed, { plans: plansOf(new SeededRandom(seed)), ...(spoil ? { spoil } : {}) });
  const invariants = new Invariants(world);
  // Rows come in no order of their own; what is kept is compared with what is found again.
  const failed = (no: number, broken: string[]) => ({ seed, steps: steps.slice(0, no + 1), broken: broken.sort() });
  try {
    await world.begin();
    for (const [no, step] of steps.entries()) {
      await world.note();
      const clean = await world.take(step);
      const broken = await invariants.broken(clean && step.fault === null);
      if (broken.length > 0) return failed(no, broken);
    }
    await world.heal();
    for (const minutes of afterwards) {
      await world.note();
      await world.take({ act: { do: 'later', minutes }, minutes: 0, by: 0, fault: null });
    }
    const broken = [...(await invariants.broken(true)), ...(await invariants.brokenAtLast())];
    return broken.length > 0 ? failed(steps.length, broken) : null;
  } catch (error) {
    return failed(steps.length, [`thrown: ${(error as Error).stack}`]);
  } finally {
    world.end();
  }
}

/** Plays a seed; a failure is made as short as it can be. */
export async function seeded(seed: number, spoil?: Spoil): Promise<Failure | null> {
  const failure = await play(seed, stepsOf(seed, length), spoil);
  return failure && shrink(failure, spoil);
}

/** What was broken, without which one it was. */
const kindOf = ({ broken }: Failure) => broken[0]!.split(':')[0]!;

/** Leaves out whatever can be left out so that the same is still broken: steps, and what goes wrong in them. */
export async function shrink(failure: Failure, spoil?: Spoil): Promise<Failure> {
  let least = failure;
  const attempt = async (steps: Step[]) => {
    const found = await play(failure.seed, steps, spoil);
    if (!found || kindOf(found) !== kindOf(failure)) return false;
    least = found;
    return true;
  };
  for (let no = least.steps.length - 1; no >= 0; no--) {
    if (no < least.steps.length) await attempt(least.steps.filter((_, other) => other !== no));
  }
  for (let no = least.steps.length - 1; no >= 0; no--) {
    const step = least.steps[no];
    if (!step || (step.fault === null && step.point === undefined)) continue;
    await attempt(
      least.steps.map((one, other) =>
        other === no ? { act: one.act, minutes: one.minutes, by: one.by, fault: null } : one,
      ),
    );
  }
  for (let no = least.steps.length - 1; no >= 0; no--) {
    if (least.steps[no]?.minutes)
      await attempt(least.steps.map((one, other) => (other === no ? { ...one, minutes: 0 } : one)));
  }
  return least;
}
