import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Crew } from './process.ts';
import { added, ecidOf, setScene, type Scene } from './scene.ts';

/** Rules that time lapses, so that a build has members to compare and then moments to work out. */
const rules = {
  few: { text: 'profile.cart.count <= 2 and daysSince(profile.firstSeenAt) <= 30', holds: (n: number) => n <= 2 },
  many: { text: 'profile.cart.count >= 2 and daysSince(profile.firstSeenAt) <= 30', holds: (n: number) => n >= 2 },
};

/** Memberships are written, and moments worked out, in pages of so many. */
const page = 250;

/** Where the process dies that works a changed rule out; how many are as the new rule has them, and how far the build is noted then. */
const cases = [
  { point: 'audience.turned', rule: rules.many, turned: page, step: 'members', looked: false },
  { point: 'audience.built', rule: rules.few, turned: 262, step: 'moments', looked: false },
  { point: 'audience.built:2', rule: rules.many, turned: 262, step: 'moments', looked: true },
];
const key = 'cart';

/** How many things each has in the cart. */
const carts = new Map<string, number>();
let scene: Scene;
let crew: Crew;
beforeAll(async () => {
  scene = await setScene();
  const { profiles, journeys } = scene.rooms;
  await profiles.audiences.put({ key, name: 'Cart', rule: rules.few.text });
  await journeys.put({
    key: 'greet',
    name: 'Greet',
    entry: { kind: 'event', event: 'audience.entered', when: `event.audience == "${key}"` },
    start: 'wait',
    activities: { wait: { kind: 'wait', for: 'P9D', next: 'end' }, end: { kind: 'end', label: 'Greeted' } },
  });
  await journeys.publish('greet');
  crew = new Crew(
    scene.where,
    cases.map(({ point }) => point),
  );
  for (const [count, name] of ['one', 'two', 'three'].entries()) await fills(name, count + 1);
  await crowd(260);
  await profiles.audiences.builds.finish();
});
afterAll(async () => {
  await crew.dismiss();
  await scene.close();
});

describe('kill -9 while the members of a changed rule are worked out', () => {
  for (const [no, { point, rule, turned, step, looked }] of cases.entries()) {
    it(`at ${point}: each is in by the old rule or the new one, and entries are told of whoever did something`, async () => {
      const [before, told] = [await members(), await entries()];
      await scene.rooms.profiles.audiences.put({ key, name: 'Cart', rule: rule.text });
      expect(await members(), 'until it is worked out').toEqual(before);

      const victim = await crew.next();
      await victim.tell({ do: 'build' });
      expect(await victim.ended()).toBe('SIGKILL');
      const now = await members();
      const others = [...carts.keys()].filter((name) => now.includes(name) !== before.includes(name));
      expect(others, 'pages are whole').toHaveLength(turned);
      const right = new Set(by(rule));
      expect(others.filter((name) => now.includes(name) !== right.has(name))).toEqual([]);
      expect(await build()).toEqual({ step, looked });

      // Whoever goes on is another process: the test's own.
      const late = `late${no}`;
      await fills(late, 2);
      await scene.rooms.profiles.audiences.builds.finish();
      expect(await build()).toEqual({ step: null, looked: false });
      expect(await members()).toEqual(by(rule));
      expect(await watched(), 'it is known when time lets them go').toEqual(by(rule));
      // A changed rule has members once all have been compared; who comes in before that was always there.
      const news = step === 'moments' ? [late] : [];
      expect(await entries(), 'a rebuild tells nobody, the fold once').toEqual([...told, ...news].sort());
      expect(await runs()).toEqual(await entries());
    });
  }
});

/** Somebody comes who puts so many things into the cart. */
async function fills(name: string, count: number): Promise<void> {
  await scene.person(name);
  const at = await scene.now();
  const items = ['coat-1', 'coat-2', 'scarf'].slice(0, count);
  await scene.rooms.events.receive(items.map((item, no) => added(name, { item, quantity: 1 }, at + no)));
  await scene.rooms.folder.drain();
  await scene.rooms.folder.stop();
  carts.set(name, count);
}

/** Devices that nobody knows by name, each with three things in the cart. */
async function crowd(count: number): Promise<void> {
  const at = await scene.now();
  const names = Array.from({ length: count }, (_, no) => ecidOf(String(1000 + no)));
  const adds = names.flatMap((name) =>
    ['coat-1', 'coat-2', 'scarf'].map((item, no) => added(name, { item, quantity: 1 }, at + no)),
  );
  await scene.rooms.events.receive(adds);
  await scene.rooms.folder.drain();
  await scene.rooms.folder.stop();
  for (const name of names) carts.set(name, 3);
}

/** Who belongs by a rule, by name. */
function by({ holds }: { holds: (count: number) => boolean }): string[] {
  return [...carts]
    .filter(([, count]) => holds(count))
    .map(([name]) => name)
    .sort();
}

const members = () => named(`select profile_id from audience_member join audience a on a.id = audience where key = $1`);
const watched = () =>
  named(`select profile_id from audience_watch join audience a on a.id = audience where key = $1 and due is not null
    and profile_id in (select profile_id from audience_member where audience = a.id)`);
/** Who was told of as having come in, each time. */
const entries = () =>
  named(`select profile_id from audience_change join audience a on a.id = audience where key = $1 and entered`);
const runs = () => named(`select profile_id from journey_run where journey = 'greet' and $1 <> ''`);

async function named(query: string): Promise<string[]> {
  const rows = await scene.store.rows<{ name: string }>({
    text: `select coalesce(split_part(p.email, '@', 1), p.state #>> '{identities,0,id}') as name from (${query}) q join profile p on p.id = q.profile_id order by 1`,
    values: [key],
  });
  return rows.map(({ name }) => name).sort();
}

/** How far the build is: its step, and whether anybody was looked at in it. */
async function build(): Promise<{ step: string | null; looked: boolean }> {
  const [row] = await scene.store.rows<{ step: string | null; looked: boolean }>({
    text: 'select build as step, build_after is not null as looked from audience where key = $1',
    values: [key],
  });
  return row!;
}
