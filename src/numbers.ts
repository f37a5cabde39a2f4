import type { HouseNumber } from './api/index.ts';
import type { Rooms } from './app.ts';

/** How this process and what it shares stand, for who watches; times are of this moment. */
export async function numbersOf(rooms: Rooms): Promise<HouseNumber[]> {
  const { clock, company, events, folder, learning, roles, runner, messages, auditing } = rooms;
  const [waiting, carrying, aside, runDue, mailDue] = await Promise.all([
    events.waitingToFold(),
    frontNumbers(rooms),
    events.setAside(),
    runner.nextDue(),
    messages.nextDue(),
  ]);
  const now = clock.now();
  const overdue = (due: number | null) => (due === null ? 0 : Math.max(0, (now - due) / 1000));
  const standing = learning.standing();
  const memory = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return [
    { name: 'beckon_info', help: 'What this process does.', values: [[{ roles: roles.list.join(',') }, 1]] },
    {
      name: 'beckon_ready',
      help: '1 when requests may be sent to this process, as /readyz has it.',
      value: rooms.slots.isLeaving !== true && (standing.ready || !roles.learns) ? 1 : 0,
    },
    {
      name: 'beckon_processes',
      help: 'Processes on this database, by role, as this one sees them.',
      values: roleCounts([roles.list, ...company.others.map((one) => one.roles)]),
    },
    { name: 'beckon_shards_held', help: 'Shards of the log that this process folds, of 64.', value: folder.shardsHeld },
    { name: 'beckon_inbox_rows', help: 'Batches of events that wait to take effect.', value: waiting.rows },
    {
      name: 'beckon_inbox_oldest_seconds',
      help: 'How long the oldest of them has waited.',
      value: waiting.oldestAt === null ? 0 : Math.max(0, (clock.real() - waiting.oldestAt) / 1000),
    },
    ...carrying,
    { name: 'beckon_events_set_aside', help: 'Batches whose events could not be folded.', value: aside },
    ...(roles.learns && standing.lagMs !== null
      ? [
          {
            name: 'beckon_feed_lag_seconds',
            help: 'What was acknowledged so long ago is learned here.',
            value: standing.lagMs / 1000,
          },
        ]
      : []),
    { name: 'beckon_runs_overdue_seconds', help: 'How late the oldest wait of a journey is.', value: overdue(runDue) },
    { name: 'beckon_mail_overdue_seconds', help: 'How late the oldest mail is.', value: overdue(mailDue) },
    {
      name: 'beckon_invariants_broken',
      help: 'What this process found that must never be.',
      value: auditing.found.size,
    },
    { name: 'process_resident_memory_bytes', help: 'Resident memory.', value: memory.rss },
    { name: 'nodejs_heap_used_bytes', help: 'Heap in use.', value: memory.heapUsed },
    { name: 'process_cpu_seconds_total', help: 'Processor time.', value: (user + system) / 1e6, counts: true },
  ];
}

/** Of a log before the table, where there is one: how it stands, and what this process has carried out of it. */
async function frontNumbers({ events, carrier }: Rooms): Promise<HouseNumber[]> {
  const waiting = await events.waitingToCarry().catch(() => null);
  if (carrier === null) return [];
  const { events: carried, repeated, setAside } = carrier.carried;
  return [
    {
      name: 'beckon_log_reachable',
      help: '1 when the log before the table takes events from this process.',
      value: events.isThere ? 1 : 0,
    },
    ...(waiting === null
      ? []
      : [{ name: 'beckon_log_waiting', help: 'Events in it that the table may lack yet.', value: waiting }]),
    { name: 'beckon_log_carried_total', help: 'Events carried into the table here.', value: carried, counts: true },
    { name: 'beckon_log_repeated_total', help: 'Of them, what the table had already.', value: repeated, counts: true },
    {
      name: 'beckon_log_set_aside_total',
      help: 'Records that the table could not take, kept aside.',
      value: setAside,
      counts: true,
    },
  ];
}

function roleCounts(all: readonly (readonly string[])[]): [{ role: string }, number][] {
  const counts = new Map<string, number>();
  for (const role of all.flat()) counts.set(role, (counts.get(role) ?? 0) + 1);
  return [...counts].map(([role, count]) => [{ role }, count]);
}
