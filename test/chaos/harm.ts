import type { Random } from '../../src/base/index.ts';
import type { Database } from './database.ts';
import type { Member } from './fleet.ts';
import type { Nats } from '../support/nats.ts';
import type { Outside } from './outside.ts';
import { pause } from './shoppers.ts';

/** What can be harmed. */
export interface Scene {
  members: readonly Member[];
  database: Database;
  outside: Outside;
  /** The log before the database, where there is one. */
  nats: Nats | null;
  chance: Random;
  /** How long the mail host waits with its answer after the final dot, ms at most. */
  slowMail(ms: number): void;
}

interface Harm {
  name: string;
  /** How often, beside the others. */
  weight: number;
  /** Is a process killed by it? */
  kills?: true;
  do(scene: Scene): Promise<void>;
}

const one = <T>(list: readonly T[], chance: Random): T => list[Math.floor(chance.next() * list.length)]!;

/** What PostgreSQL says when a row finds no room: SQLSTATE 53100. A real full disk would harm the machine as well. */
const noRoom = `create or replace function chaos_no_room() returns trigger language plpgsql as
  $$ begin raise exception 'could not extend file: no space left on device' using errcode = '53100'; end $$`;
const crowded = ['event_inbox', 'journey_run', 'message', 'attempt', 'job'];

/** With a log before the database. */
const natsHarms: readonly Harm[] = [
  {
    name: 'kill -9 of one NATS server of three',
    weight: 4,
    do: async ({ nats, chance }) => {
      const node = one(nats!.nodes, chance);
      await nats!.kill(node);
      await pause(500 + chance.next() * 2500);
      nats!.revive(node);
    },
  },
];

const always: readonly Harm[] = [
  {
    name: 'kill -9',
    weight: 8,
    kills: true,
    do: async ({ members, chance }) => one(members, chance).signal('SIGKILL'),
  },
  {
    name: 'kill -9 of two at once',
    weight: 2,
    kills: true,
    do: async ({ members, chance }) => {
      one(members, chance).signal('SIGKILL');
      one(members, chance).signal('SIGKILL');
    },
  },
  {
    name: 'a process stands still, longer than its leases (SIGSTOP)',
    weight: 4,
    do: async ({ members, chance }) => {
      const frozen = one(members, chance);
      frozen.signal('SIGSTOP');
      await pause(1000 + chance.next() * 5000);
      frozen.signal('SIGCONT');
    },
  },
  { name: 'a clock steps', weight: 3, do: async ({ members, chance }) => one(members, chance).signal('SIGUSR2') },
  {
    name: 'a third of the connections to PostgreSQL is cut',
    weight: 4,
    do: ({ database }) =>
      database.run(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'beckon' and pid <> pg_backend_pid() and random() < 0.33`,
      ),
  },
  {
    name: 'PostgreSQL ends without a checkpoint and starts again',
    weight: 2,
    do: async ({ database, chance }) => {
      await database.end();
      await pause(chance.next() * 1500);
      await database.start();
    },
  },
  {
    name: 'no room on the disk of PostgreSQL',
    weight: 2,
    do: async ({ database, chance }) => {
      const table = one(crowded, chance);
      await database.run(noRoom);
      await database.run(
        `create trigger chaos_no_room before insert on ${table} for each row execute function chaos_no_room()`,
      );
      await pause(500 + chance.next() * 2000);
      await database.run(`drop trigger chaos_no_room on ${table}`);
    },
  },
  { name: 'all connections of the mail host are cut', weight: 4, do: async ({ outside }) => outside.sink.cut() },
  {
    name: 'the mail host is slow with its answers',
    weight: 2,
    do: async ({ slowMail, chance }) => {
      slowMail(4000);
      await pause(1000 + chance.next() * 3000);
      slowMail(0);
    },
  },
  ...(['slow', 'failing', 'silent'] as const).map((mood) => ({
    name: `the service that a journey calls is ${mood}`,
    weight: 1.5,
    do: async ({ outside, chance }: Scene) => {
      outside.mood = mood;
      await pause(1000 + chance.next() * 4000);
      outside.mood = 'well';
    },
  })),
];

/** Harms at random until `until`. @returns how often each was done, and how many processes were killed */
export async function harm(scene: Scene, until: number): Promise<{ done: Record<string, number>; kills: number }> {
  const done: Record<string, number> = {};
  let kills = 0;
  const harms = scene.nats === null ? always : [...always, ...natsHarms];
  const whole = harms.reduce((sum, { weight }) => sum + weight, 0);
  const { chance } = scene;
  while (performance.now() < until) {
    await pause(300 + chance.next() * 2200);
    let at = chance.next() * whole;
    const chosen = harms.find(({ weight }) => (at -= weight) < 0)!;
    // A database that is down cannot be cut or filled: then that one did nothing, and nothing is told of it.
    const isDone = await chosen.do(scene).then(
      () => true,
      () => false,
    );
    if (!isDone) continue;
    done[chosen.name] = (done[chosen.name] ?? 0) + 1;
    if (chosen.kills) kills += chosen.name.includes('two') ? 2 : 1;
  }
  for (const table of crowded) await scene.database.run(`drop trigger if exists chaos_no_room on ${table}`);
  return { done, kills };
}
