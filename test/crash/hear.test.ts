import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crew, Worker } from './process.ts';
import { planOf, setScene, workOff, type Scene } from './scene.ts';

/**
 * What a provider or a mail host says of a mail is put down before it has an effect. A process is killed at each point in
 * between; whoever sends next lets it take effect first, so the next mail to the address does not leave (trust §1.6).
 */
const cases = [
  // Not acknowledged: the other side says it again.
  { point: 'store.before-commit', again: true },
  { point: 'message.noticed', again: false },
  { point: 'message.heard', again: false },
] as const;

let scene: Scene;
let crew: Crew;
let heir: Worker;
beforeAll(async () => {
  scene = await setScene();
  crew = new Crew(
    scene.where,
    cases.map(({ point }) => point),
  );
  heir = new Worker(scene.where);
});
afterAll(async () => {
  await crew.dismiss();
  await heir.stop();
  await scene.close();
});

describe('kill -9 while a bounce takes effect', () => {
  for (const [no, { point, again }] of cases.entries()) {
    it(`at ${point}: the next mail to the address does not leave, and the log hears of it once`, async () => {
      const profile = await scene.person(`hear${no}`);
      const plan = planOf(profile, await scene.now(), { class: 'marketing', runId: `hear-${no}` });
      await heir.tell({ do: 'plan', plan });
      await workOff(scene, () => heir.tell({ do: 'send' }));
      const [first] = await scene.store.rows<{ id: string }>({
        text: 'select id from message where run_id = $1',
        values: [plan.runId],
      });
      const said = { messageId: first!.id, address: null, kind: 'bounced', class: 'hard' } as const;
      const notice = { source: 'provider', id: `event-${no}`, said: [said] };

      const victim = await crew.next();
      await victim.tell({ do: 'hear', notice });
      expect(await victim.ended()).toBe('SIGKILL');

      if (again) await heir.tell({ do: 'hear', notice });
      await heir.tell({ do: 'plan', plan: { ...plan, visit: 2, runId: `hear-${no}-next` } });
      await workOff(scene, () => heir.tell({ do: 'send' }));
      const rows = await scene.store.rows({
        text: 'select state, reason from message where run_id = $1',
        values: [`hear-${no}-next`],
      });
      expect(rows).toEqual([{ state: 'skipped', reason: 'suppressed' }]);
      const [told] = await scene.store.rows<{ n: number }>({
        text: `select count(*)::int as n from event where body -> 'types' ? 'message.bounced' and body -> 'message' ->> 'id' = $1`,
        values: [first!.id],
      });
      expect(told!.n).toBe(1);
    });
  }
});
