import { simpleParser } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crew, Worker } from './process.ts';
import { compare, planOf, setScene, workOff, type Scene } from './scene.ts';

/** A process is killed around the moment in which a mail gets its code; another takes over. */
const points = ['message.coupons', 'message.claimed', 'message.rendered', 'message.dot', 'message.answered'];
const pool = 'spring';

let scene: Scene;
let crew: Crew;
let heir: Worker;
beforeAll(async () => {
  scene = await setScene();
  const { messages } = scene.rooms;
  await messages.coupons.put(pool, { name: 'Spring' });
  await messages.coupons.add(
    pool,
    Array.from({ length: 20 }, (_one, no) => ({ code: `CODE-${no + 10}`, expiresAt: null })),
  );
  await messages.templates.put('gift', {
    name: 'Gift',
    class: 'transactional',
    subject: 'A gift',
    preheader: 'A preheader that is long enough to fill the line in an inbox.',
    blocks: [{ kind: 'coupon', code: 'GIFT', pool }, { kind: 'footer' }],
  });
  await messages.templates.publish('gift');
  crew = new Crew(scene.where, points);
  heir = new Worker(scene.where);
});
afterAll(async () => {
  await crew.dismiss();
  await heir.stop();
  await scene.close();
});

describe('kill -9 while a mail gets its code', () => {
  for (const [no, point] of points.entries()) {
    it(`at ${point}: one code a mail, the same whenever it is sent again, and none is lost`, async () => {
      const profile = await scene.person(`p${no}`);
      const about = { class: 'transactional', runId: `run-${no}` } as const;
      const plan = { ...planOf(profile, await scene.now(), about), message: 'gift', context: {} };
      const victim = await crew.next();
      await victim.tell({ do: 'plan', plan });
      await victim.tell({ do: 'send' });
      expect(await victim.ended()).toBe('SIGKILL');
      await workOff(scene, () => heir.tell({ do: 'send' }));

      const kept = await compare(scene);
      expect(kept.every(({ row, mails }) => row.state === 'accepted' && mails >= 1)).toBe(true);
      const codes = await Promise.all([...scene.sink.raws.values()].map(codesIn));
      expect(
        codes.map((all) => new Set(all).size),
        'one code a mail',
      ).toEqual(codes.map(() => 1));
      expect(new Set(codes.flat()).size, 'no code twice').toBe(no + 1);
      expect(await scene.rooms.messages.coupons.get(pool)).toMatchObject({ used: no + 1, free: 19 - no });
    });
  }
});

async function codesIn(raws: string[]): Promise<string[]> {
  const texts = await Promise.all(raws.map(async (raw) => (await simpleParser(raw)).text ?? ''));
  return texts.map((text) => /CODE-\d+/.exec(text)![0]);
}
