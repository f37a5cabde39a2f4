import { readdirSync, readFileSync } from 'node:fs';

/** Processor time taken so far, ms: by this process, and by the database server with all its children. */
export interface Processor {
  own: number;
  server: number;
}

const tickMs = 10;

/** Processor time counts where wall time does not: on a machine that others use too. Zero for the server where there is no /proc. */
export function processorTime(postmaster: number): Processor {
  const { user, system } = process.cpuUsage();
  return { own: (user + system) / 1000, server: ticksOf(postmaster) * tickMs };
}

function ticksOf(postmaster: number): number {
  let ticks = 0;
  try {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const fields = statOf(name);
      if (fields === null) continue;
      const [parent, used, ended] = [Number(fields[1]), sum(fields, 11), sum(fields, 13)];
      if (Number(name) === postmaster) ticks += used + ended;
      else if (parent === postmaster) ticks += used;
    }
  } catch {
    return 0;
  }
  return ticks;
}

/** Fields after the name of the program; null for a process that has ended meanwhile. */
function statOf(pid: string): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
  } catch {
    return null;
  }
}

function sum(fields: readonly string[], at: number): number {
  return Number(fields[at]) + Number(fields[at + 1]);
}
