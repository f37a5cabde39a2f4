import { beforeEach, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { quietLog } from './base/index.ts';
import { Company, migrations, oneByOne } from './company.ts';
import { Roles, type Role } from './role.ts';
import type { Store } from './store/index.ts';

let shared: Promise<Store> | undefined;
let store: Store;

beforeEach(async () => {
  store = await (shared ??= freshStore(migrations));
  await store.run({ text: 'truncate app_process, app_turn' });
});

function company(id: string, ...roles: Role[]): Company {
  return new Company({ store, log: quietLog, id, roles: new Roles(roles), alone: false });
}

it('a process is known to the others until it leaves or falls silent, and they share what their roles do', async () => {
  const [first, second, third] = [company('a', 'journey'), company('b', 'journey', 'send'), company('c', 'send')];

  for (const one of [first, second, third, first]) await one.beat();

  expect(first.others.map(({ id }) => id)).toEqual(['b', 'c']);
  expect([first.share(64, 'journey'), first.share(64, 'send')]).toEqual([32, 0]);
  await second.leave();
  await store.run({ text: `update app_process set seen_at = now() - interval '5 seconds' where id = 'c'` });
  await first.beat();
  expect([first.isAlone, first.share(64, 'journey')]).toEqual([true, 64]);
});

it('a duty for one is done by whoever began, and by another once that one has left', async () => {
  const [first, second] = [company('a', 'journey'), company('b', 'journey')];
  for (const one of [first, second, first]) await one.beat();
  const done: string[] = [];
  const [mine, theirs] = [first, second].map((one) =>
    one.sole({ name: 'looking', work: async () => done.push(one.id) }),
  );

  for (const duty of [mine!, theirs!, mine!, theirs!]) await duty.work();
  expect(done).toEqual(['a', 'a']);

  await first.leave();
  const later = company('b2', 'journey');
  for (const one of [later, second, later]) await one.beat();
  await later.sole({ name: 'looking', work: async () => done.push('b2') }).work();
  expect(done.at(-1)).toBe('b2');
});

it('what a first start sets up is done by one process at a time', async () => {
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await store.rows({ text: 'select pg_sleep(0.01)' });
    inside--;
  };

  await Promise.all([1, 2, 3].map(() => oneByOne(store, work)));

  expect(most).toBe(1);
});
