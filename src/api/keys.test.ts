import { expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { FakeClock, SeededRandom, UuidIds } from '../base/index.ts';
import { Keys, keyText } from './keys.ts';
import { migrations } from './table.ts';

async function fresh() {
  const store = await freshStore(migrations);
  const random = new SeededRandom(3);
  const ids = new UuidIds(new FakeClock(Date.UTC(2026, 10, 23)), random);
  return { store, keys: new Keys({ store, ids, random, ownKey: 'own-key-of-this-process' }) };
}

it('a key is shown once, stored as a hash, and refused at once after it was revoked (trust row 101)', async () => {
  const { store, keys } = await fresh();
  const made = await keys.make({ kind: 'secret', name: 'shop', scopes: ['items', 'events'] });
  expect(made.key).toMatch(/^sk_[\w-]{49}$/);
  expect(await keys.admit(made.key)).toEqual({
    id: made.id,
    kind: 'secret',
    scopes: ['items', 'events'],
    datastream: null,
  });
  const stored = await store.rows({ text: 'select * from api_key' });
  expect(JSON.stringify(stored)).not.toContain(made.key.slice(3, 20));
  expect(JSON.stringify(await keys.list())).not.toContain(made.key);
  expect((await keys.list())[0]!.lastUsedAt).not.toBeNull();
  expect(await keys.byId(made.id)).toMatchObject({ kind: 'secret', scopes: ['items', 'events'] });
  expect(await keys.revoke(made.id)).toBe(true);
  expect([await keys.byId(made.id), await keys.byId('no uuid')]).toEqual([null, null]);
  expect(await keys.admit(made.key)).toBeNull();
  expect(await keys.revoke(made.id)).toBe(false);
});

it('a key that was revoked comes back within a minute, and no later', async () => {
  const { store, keys } = await fresh();
  const made = await keys.make({ kind: 'secret', name: 'shop', scopes: ['items'] });
  expect(await keys.restore(made.id), 'it is in force').toBe(false);
  await keys.revoke(made.id);
  expect([await keys.restore(made.id), await keys.admit(made.key)]).toMatchObject([true, { id: made.id }]);
  await keys.revoke(made.id);
  await store.run({ text: `update api_key set revoked_at = now() - interval '61 seconds'` });
  expect([await keys.restore(made.id), await keys.admit(made.key)]).toEqual([false, null]);
});

it('a publishable key has no scopes, whatever is asked for', async () => {
  const { keys } = await fresh();
  const made = await keys.make({ kind: 'publishable', name: 'page', scopes: ['*'] });
  expect([made.key.slice(0, 3), made.scopes]).toEqual(['pk_', []]);
});

it('takes a given key and the process’s own, and nothing mistyped', async () => {
  const { keys } = await fresh();
  await keys.adopt('a-key-from-the-environment', 'admin');
  await keys.adopt('a-key-from-the-environment', 'admin');
  expect(await keys.admit('a-key-from-the-environment')).toMatchObject({ scopes: ['*'] });
  expect(await keys.list()).toHaveLength(1);
  expect(await keys.admit('own-key-of-this-process')).toMatchObject({ id: 'own', scopes: ['*'] });
  const mistyped = keyText('secret', new SeededRandom(9)).replace(/.$/, '!');
  for (const wrong of ['', 'short', mistyped, 'x'.repeat(300)]) expect(await keys.admit(wrong)).toBeNull();
});

it('a key that was admitted outlives the database only where it is told to, and one that was revoked does not', async () => {
  const { store, keys: strict } = await fresh();
  const ids = new UuidIds(new FakeClock(0), new SeededRandom(4));
  const keys = new Keys({ store, ids, random: new SeededRandom(5), ownKey: 'own', outlives: true });
  const [kept, revoked] = [await shopKey('kept'), await shopKey('revoked')];
  for (const key of [kept.key, revoked.key])
    expect([await keys.admit(key), await strict.admit(key)]).not.toContain(null);
  await keys.revoke(revoked.id);
  expect(await keys.admit(revoked.key)).toBe(null);
  await store.close();
  expect(await keys.admit(kept.key)).toMatchObject({ id: kept.id, scopes: ['events'] });
  await expect(keys.admit(revoked.key)).rejects.toThrow('pool');
  await expect(strict.admit(kept.key)).rejects.toThrow('pool');

  function shopKey(name: string) {
    return keys.make({ kind: 'secret', name, scopes: ['events'] });
  }
});
