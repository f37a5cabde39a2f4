import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crew } from './process.ts';
import { added, compare, ecidOf, setScene, type Scene } from './scene.ts';

/** Where a run stands right after the kill: nowhere yet, or exactly before or after the step that was under way. */
type Found = 'none' | 'acting' | 'sending';

/**
 * The walk of an event, killed at each point (trust §2.6): stored, folded, and four hours later woken, asked,
 * mailed. `found` is the state of the run after the kill, `calls` how often the recommendation is asked for in all.
 */
const cases: { point: string; when: 'fold' | 'walk'; found: Found; inbox: boolean; calls: number }[] = [
  { point: 'event.stored', when: 'fold', found: 'none', inbox: true, calls: 1 },
  { point: 'event.taken', when: 'fold', found: 'none', inbox: true, calls: 1 },
  { point: 'event.folded', when: 'fold', found: 'none', inbox: true, calls: 1 },
  { point: 'store.before-commit', when: 'fold', found: 'none', inbox: true, calls: 1 },
  { point: 'journey.woken', when: 'walk', found: 'acting', inbox: false, calls: 1 },
  { point: 'journey.action-claimed', when: 'walk', found: 'acting', inbox: false, calls: 1 },
  { point: 'journey.action-called', when: 'walk', found: 'acting', inbox: false, calls: 2 },
  { point: 'journey.action-recorded', when: 'walk', found: 'sending', inbox: false, calls: 1 },
];
const later = 4 * 3_600_000 + 60_000;

let scene: Scene;
let crew: Crew;
beforeAll(async () => {
  scene = await setScene();
  crew = new Crew(
    scene.where,
    cases.flatMap(({ point }) => [point, undefined]),
  );
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});

describe('kill -9 while an event takes effect and a journey goes its way', () => {
  for (const [no, { point, when, found, inbox, calls }] of cases.entries()) {
    it(`at ${point}: every acknowledged event counts once, and the run goes on where it stood`, async () => {
      const name = `v${no}`;
      const profile = await scene.person(name);
      const at = await scene.now();
      const events = [
        added(name, { item: 'coat-1', quantity: 2 }, at),
        added(name, { item: 'coat-2', quantity: 1 }, at + 1),
      ];
      const victim = await crew.next();
      await victim.tell({ do: 'receive', events });
      await victim.tell({ do: 'settle' });
      if (when === 'walk') await victim.tell({ do: 'pass', ms: later });
      expect(await victim.ended()).toBe('SIGKILL');

      const run = await runOf(profile.id);
      expect(run?.state ?? 'none').toBe(found);
      expect(await inboxHas(name), 'what was acknowledged and not folded is in the inbox').toBe(inbox);

      await scene.letLeasesLapse();
      const heir = await crew.next();
      await heir.tell({ do: 'receive', events }); // a browser without an answer asks again
      await heir.tell({ do: 'settle' });
      await heir.tell({ do: 'pass', ms: later });
      await heir.stop();

      expect(await cartOf(name)).toEqual({ 'coat-1': 2, 'coat-2': 1 });
      const ended = (await runOf(profile.id))!;
      expect(ended).toMatchObject({ state: 'ended', end_reason: 'Reminded', runs: 1 });
      expect(await steps(ended.id), 'each step once, in order (I13)').toEqual(once);
      const keys = await callsOf(ended.id);
      expect(keys).toHaveLength(calls);
      expect(new Set(keys).size, 'the same idempotency key on every call').toBe(1);
      const mine = (await compare(scene)).filter(({ row }) => row.runId === ended.id);
      expect(mine.map(({ row, mails }) => ({ state: row.state, mails }))).toEqual([{ state: 'accepted', mails: 1 }]);
      expect(await scene.rooms.events.setAside()).toBe(0);
    });
  }
});

const once = ['entered', 'waiting', 'restarted', 'waiting', 'passed', 'action', 'planned', 'messaged', 'ended'];

async function runOf(profileId: string) {
  const rows = await scene.store.rows<{ id: string; state: string; end_reason: string | null; runs: number }>({
    text: 'select id, state, end_reason, count(*) over ()::int as runs from journey_run where profile_id = $1',
    values: [profileId],
  });
  return rows[0];
}

async function steps(runId: string): Promise<string[]> {
  const rows = await scene.store.rows<{ kind: string }>({
    text: 'select kind from journey_step where run_id = $1 order by no',
    values: [runId],
  });
  return rows.map(({ kind }) => kind);
}

async function callsOf(runId: string): Promise<string[]> {
  const rows = await scene.store.rows<{ key: string }>({
    text: 'select key from crash_call where key like $1',
    values: [`${runId}/%`],
  });
  return rows.map(({ key }) => key);
}

async function inboxHas(name: string): Promise<boolean> {
  return (await scene.rooms.events.unread(`ecid:${ecidOf(name)}`)).length > 0;
}

async function cartOf(name: string): Promise<Record<string, number>> {
  const profile = await scene.rooms.profiles.find({ namespace: 'ecid', id: ecidOf(name) });
  return Object.fromEntries(profile!.state.cart!.lines.map(({ item, quantity }) => [item, quantity]));
}
