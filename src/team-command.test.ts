import { expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { FakeClock, SeededRandom, UuidIds } from './base/index.ts';
import { readTeamFlags, tellTeam } from './team-command.ts';
import { migrations, Team } from './team/index.ts';

it('reads one question and leaves the flags of serve', () => {
  expect(readTeamFlags(['--data', 'x'])).toEqual({ what: 'list', address: '', rest: ['--data', 'x'] });
  expect(readTeamFlags(['--reset', 'a@b.example', '--data', 'x'])).toEqual({
    what: 'reset',
    address: 'a@b.example',
    rest: ['--data', 'x'],
  });
  expect(() => readTeamFlags(['--verify', '--set-up'])).toThrow(/at once/);
  expect(() => readTeamFlags(['--reset'])).toThrow(/address of a member/);
});

it('lists, gives links and verifies', async () => {
  const store = await freshStore(migrations);
  const clock = new FakeClock(Date.UTC(2026, 10, 30));
  const random = new SeededRandom(1);
  const secret = new Uint8Array(32).fill(5);
  const ids = new UuidIds(clock, random);
  const team = new Team({ store, random, secret, ids, now: () => clock.now(), cost: 4 });
  const lines: string[] = [];
  const tell = (...flags: string[]) =>
    tellTeam(readTeamFlags(flags), team, { say: (line) => lines.push(line), publicUrl: 'https://beckon.example' });
  expect(await tell()).toBe(0);
  expect(await tell('--set-up')).toBe(0);
  const link = /https:\/\/beckon\.example\/welcome#([\w-]{43})$/.exec(lines[1]!)![1]!;
  const from = { address: 'x', network: null, agent: '' };
  const given = { email: 'ada@shop.example', name: 'Ada', password: 'seven tall ships at dusk' };
  await team.setUp(given, { local: false, link, from });
  expect([await tell('--set-up'), await tell(), await tell('--reset', 'ada@shop.example')]).toEqual([1, 0, 0]);
  expect(lines.slice(2)).toEqual([
    'A password was set already; with --reset ADDRESS a member chooses a new one',
    'ada@shop.example  Ada  owner',
    expect.stringMatching(/welcome#[\w-]{43}$/),
  ]);
  expect(await tell('--verify')).toBe(0);
  await store.run({ text: `update team_entry set who = 'eve@shop.example' where no = 1` });
  expect(await tell('--verify')).toBe(1);
  expect(lines.at(-1)).toMatch(/^Line 1 of 2 does not fit/);
});
