import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crew } from './process.ts';
import { added, ecidOf, setScene, type Scene } from './scene.ts';

const rooms = ['suppression', 'journey', 'message', 'measure', 'activity', 'form', 'webhook', 'profile', 'event'];

let scene: Scene;
let crew: Crew;
beforeAll(async () => {
  scene = await setScene();
  crew = new Crew(
    scene.where,
    rooms.flatMap((room) => [`erase.${room}`, undefined]),
  );
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});

describe('kill -9 while a person is erased (trust row 105)', () => {
  for (const [no, room] of rooms.entries()) {
    it(`after ${room}: what is done stays done, another process ends it, and nothing is left of the person`, async () => {
      const name = `w${no}`;
      const profile = await scene.person(name);
      const victim = await crew.next();
      const events = [added(name, { item: 'coat-1', quantity: 1 }, await scene.now())];
      await victim.tell({ do: 'receive', events });
      await victim.tell({ do: 'settle' });
      const person = [`${name}@example.com`, ecidOf(name), profile.id] as const;
      expect(await traces(...person), 'before, the rooms know the person').toEqual(
        expect.arrayContaining(['event', 'identity', 'journey_run', 'profile']),
      );
      await victim.tell({ do: 'erase', profile: profile.id });
      expect(await victim.ended()).toBe('SIGKILL');
      const [half] = await erasures();
      expect(half!.state).toBe('running');
      expect(half!.rooms).toEqual(rooms.slice(0, no + 1));

      await scene.letLeasesLapse();
      const heir = await crew.next();
      await heir.tell({ do: 'settle' });
      await heir.stop();
      const [whole] = await erasures();
      expect(whole!.state).toBe('done');
      expect(whole!.rooms, 'each room once, in order').toEqual(rooms);
      expect(await traces(...person)).toEqual([]);
    });
  }
});

/** The newest erasure, as its certificate tells it. */
async function erasures(): Promise<{ state: string; rooms: string[] }[]> {
  const [row] = await scene.store.rows<{ id: string }>({
    text: 'select id from erasure order by requested_at desc, id desc limit 1',
  });
  const certificate = row && (await scene.rooms.erasures.certificate(row.id));
  return certificate ? [{ state: certificate.state, rooms: certificate.steps.map((step) => step.room) }] : [];
}

/** Tables in which any of the texts is found. */
async function traces(...texts: string[]): Promise<string[]> {
  const tables = await scene.store.rows<{ name: string }>({
    text: `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'crash_%'`,
  });
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await scene.store.rows({
      text: `select 1 from "${name}" t where ${texts.map((_, i) => `lower(t::text) like $${i + 1}`).join(' or ')} limit 1`,
      values: texts.map((text) => `%${text.toLowerCase()}%`),
    });
    if (rows.length > 0) found.push(name);
  }
  return found;
}
