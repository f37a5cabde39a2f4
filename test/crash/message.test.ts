import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MessageState } from '../../src/message/index.ts';
import { Crew, Worker } from './process.ts';
import { compare, planOf, setScene, workOff, type Scene } from './scene.ts';

/**
 * The crash matrix of the send ledger (trust §2.2): a process is killed at each point, another takes over. Per class:
 * what state the message ends in, and how many mails the server has, all with one Message-ID.
 */
const matrix: { point: string; marketing: [MessageState, number]; transactional: [MessageState, number] }[] = [
  { point: 'store.before-commit', marketing: ['accepted', 1], transactional: ['accepted', 1] },
  { point: 'message.planned', marketing: ['accepted', 1], transactional: ['accepted', 1] },
  { point: 'message.claimed', marketing: ['accepted', 1], transactional: ['accepted', 1] },
  { point: 'message.rendered', marketing: ['accepted', 1], transactional: ['accepted', 1] },
  { point: 'message.sending', marketing: ['abandoned', 0], transactional: ['accepted', 1] },
  { point: 'message.body', marketing: ['abandoned', 0], transactional: ['accepted', 1] },
  { point: 'message.dot', marketing: ['abandoned', 1], transactional: ['accepted', 2] },
  { point: 'message.answered', marketing: ['abandoned', 1], transactional: ['accepted', 2] },
  { point: 'message.recorded', marketing: ['accepted', 1], transactional: ['accepted', 1] },
];
const classes = ['marketing', 'transactional'] as const;
const cases = matrix.flatMap((row) => classes.map((kind) => ({ point: row.point, kind, expected: row[kind] })));

/** The same while a mail that was put aside is let go by a person. */
const releases: { point: string; expected: [MessageState, number] }[] = [
  { point: 'store.before-commit', expected: ['accepted', 1] },
  { point: 'message.released', expected: ['accepted', 1] },
  { point: 'message.claimed', expected: ['accepted', 1] },
  { point: 'message.sending', expected: ['abandoned', 0] },
  { point: 'message.answered', expected: ['abandoned', 1] },
];

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

describe('kill -9 while a mail is on its way (trust row 39)', () => {
  for (const [no, { point, kind, expected }] of cases.entries()) {
    it(`at ${point}: a ${kind} mail ends ${expected[0]}, and the server has it ${expected[1]} times`, async () => {
      const profile = await scene.person(`p${no}`);
      const plan = planOf(profile, await scene.now(), { class: kind, runId: `run-${no}` });
      const victim = await crew.next();
      await victim.tell({ do: 'plan', plan });
      await victim.tell({ do: 'send' });
      expect(await victim.ended()).toBe('SIGKILL');

      await heir.tell({ do: 'plan', plan }); // the journey's step runs again if its transaction did not commit
      await workOff(scene, () => heir.tell({ do: 'send' }));
      await heir.tell({ do: 'send' });

      const kept = await compare(scene);
      expect(kept, 'each plan is one message: none lost, none doubled (I4)').toHaveLength(no + 1);
      const mine = kept.find(({ row }) => row.runId === plan.runId)!;
      expect({ state: mine.row.state, mails: mine.mails }).toEqual({ state: expected[0], mails: expected[1] });
      expect(mine.mails, 'no mail without its attempt (I9)').toBeLessThanOrEqual(mine.attempts);
      expect(await told(plan.runId), 'its run is told once').toHaveLength(1);
      expect(await acceptances(mine.row.id)).toBe(expected[0] === 'accepted' ? 1 : 0);
      expect(heir.said).not.toContain('message.invariant');
    });
  }
});

describe('kill -9 while a mail is released from quarantine', () => {
  let others: Crew;
  beforeAll(() => {
    others = new Crew(
      scene.where,
      releases.map(({ point }) => point),
    );
  });
  afterAll(() => others.dismiss());

  for (const [no, { point, expected }] of releases.entries()) {
    it(`at ${point}: it ends ${expected[0]}, the server has it ${expected[1]} times, and its run hears nothing new`, async () => {
      const profile = await scene.person(`aside${no}`);
      const plan = planOf(profile, await scene.now(), { class: 'marketing', runId: `aside-${no}` });
      await heir.tell({ do: 'plan', plan });
      const [row] = await scene.store.rows<{ id: string }>({
        text: `update message set state = 'leased', crashes = 3, fence = 3, lease_until = now() - interval '1 second'
          where run_id = $1 returning id`,
        values: [plan.runId],
      });
      await heir.tell({ do: 'send' });
      expect(await told(plan.runId)).toEqual([{ outcome: 'failed' }]);

      const release = { do: 'release', message: row!.id } as const;
      const victim = await others.next();
      await victim.tell(release);
      await victim.tell({ do: 'send' });
      expect(await victim.ended()).toBe('SIGKILL');
      // Whoever pressed the button presses it again: it is refused where it was committed.
      await heir.tell(release).catch(() => {});
      await workOff(scene, () => heir.tell({ do: 'send' }));

      const mine = (await compare(scene)).find(({ row: { runId } }) => runId === plan.runId)!;
      expect({ state: mine.row.state, mails: mine.mails }).toEqual({ state: expected[0], mails: expected[1] });
      expect(await told(plan.runId)).toEqual([{ outcome: 'failed' }]);
      expect(heir.said).not.toContain('message.invariant');
    });
  }
});

function told(runId: string): Promise<{ outcome: string }[]> {
  return scene.store.rows({ text: 'select outcome from crash_told where run_id = $1', values: [runId] });
}

/** Events `message.accepted` in the log. */
async function acceptances(messageId: string): Promise<number> {
  const [row] = await scene.store.rows<{ n: number }>({
    text: `select count(*)::int as n from event where body -> 'types' ? 'message.accepted' and body -> 'message' ->> 'id' = $1`,
    values: [messageId],
  });
  return row!.n;
}
