import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { elapsed } from '../src/base/index.ts';
import { figure } from './figure.ts';

/**
 * What the server keeps over very many events: how much it holds at every step, after its garbage has been collected. For
 * that it is started with `memoryFlags`, and asked over its channel.
 */
export const memoryFlags = [
  '--expose-gc',
  '--import',
  `data:text/javascript,${encodeURIComponent(
    'process.on("message", () => { globalThis.gc(); process.send(process.memoryUsage()); }); process.channel?.unref();',
  )}`,
];

interface Held {
  /** Proportional set size of the process. */
  whole: number;
  /** In use on the heap. */
  heap: number;
  /** Beside the heap, in arrays of bytes and numbers. */
  arrays: number;
  /** Beside the heap, those among them. */
  external: number;
}

/** Proportional set size, MB. Linux only; elsewhere NaN. */
export function memoryMb(pid: number): number {
  try {
    const kilobytes = /^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** Sends `events` in steps and tells what the server holds after each. */
export async function memoryOver(
  server: ChildProcess,
  { events, step, send }: { events: number; step: number; send: (count: number) => Promise<void> },
): Promise<void> {
  const first = await heldBy(server);
  for (let sent = 0; sent < events;) {
    const count = Math.min(step, events - sent);
    const began = elapsed();
    await send(count);
    sent += count;
    const held = await heldBy(server);
    const rate = Math.round(count / ((elapsed() - began) / 1000));
    figure({
      bench: 'ingest',
      figure: `memory-${Number((sent / 1e6).toPrecision(3))}m-mb`,
      value: held.whole,
      unit: 'MB',
      limit: first.whole,
      note: `the server's proportional share of memory after ${sent} events in batches, garbage collected; in use on its heap ${mb(held.heap)}, beside it ${mb(held.external)}, of that in arrays ${mb(held.arrays)}; before: heap ${mb(first.heap)}, arrays ${mb(first.arrays)}; ${rate} events/s until they had taken effect; limit: the same before; PostgreSQL is left out`,
    });
  }
}

const mb = (value: number) => `${Math.round(value)} MB`;

async function heldBy(server: ChildProcess): Promise<Held> {
  const usage = await new Promise<NodeJS.MemoryUsage>((done) => {
    server.once('message', (message) => done(message as NodeJS.MemoryUsage));
    server.send('how much');
  });
  const { heapUsed, arrayBuffers, external } = usage;
  const size = 1024 * 1024;
  return {
    whole: memoryMb(server.pid!),
    heap: heapUsed / size,
    arrays: arrayBuffers / size,
    external: external / size,
  };
}
