import { describe, expect, it } from 'vitest';
import { quietLog, VirtualClock } from './base/index.ts';
import { Pulse, type Duty } from './pulse.ts';

const start = Date.UTC(2026, 10, 24, 9);
const hour = 3_600_000;

/** A virtual clock over a real time that stands still. */
const aClock = () => new VirtualClock(0, () => start);

/** Does what is due at its times, noting when; `more` times may come in while it works. */
function diary(clock: VirtualClock, times: number[], more: (at: number) => number[] = () => []) {
  const done: number[] = [];
  const left = [...times];
  const duty: Duty = {
    name: 'keeping the diary',
    work: async () => {
      const due = left.filter((at) => at <= clock.now());
      for (const at of due) {
        left.splice(left.indexOf(at), 1);
        done.push(clock.now());
        left.push(...more(at));
      }
      return due.length;
    },
    nextDue: async () => (left.length === 0 ? null : Math.min(...left)),
  };
  return { duty, done };
}

describe('Pulse.advance()', () => {
  it('stops at each due time on the way, so that nothing becomes late, and ends at the target (journeys §5 1)', async () => {
    const clock = aClock();
    const { duty, done } = diary(clock, [start + hour, start + 3 * hour, start + 9 * hour]);
    const pulse = new Pulse({ clock, log: quietLog, duties: [duty] });
    expect(await pulse.advance(clock, 4 * hour)).toEqual({ steps: 2, running: [] });
    expect(done).toEqual([start + hour, start + 3 * hour]);
    expect(clock.now()).toBe(start + 4 * hour);
  });

  it('does what comes to be due on the way, at its time', async () => {
    const clock = aClock();
    const { duty, done } = diary(clock, [start + hour], (at) => (at < start + 3 * hour ? [at + hour] : []));
    const pulse = new Pulse({ clock, log: quietLog, duties: [duty] });
    await pulse.advance(clock, 24 * hour);
    expect(done).toEqual([1, 2, 3].map((n) => start + n * hour));
  });

  it('lets one duty make work for another that stands before it', async () => {
    const clock = aClock();
    let posts = 0;
    const read: Duty = { name: 'reading', work: async () => (posts > 0 ? posts-- : 0) };
    const { duty: write } = diary(clock, [start + hour], () => ((posts = 3), []));
    const pulse = new Pulse({ clock, log: quietLog, duties: [read, write] });
    expect(await pulse.advance(clock, 2 * hour)).toEqual({ steps: 1, running: [] });
    expect(posts).toBe(0);
  });

  it('is bounded where work never ends, and says which; the clock stays before the target', async () => {
    const clock = aClock();
    const mill: Duty = { name: 'milling', work: async () => 1 };
    const pulse = new Pulse({ clock, log: quietLog, duties: [mill] });
    expect(await pulse.advance(clock, hour)).toEqual({ steps: 0, running: ['milling'] });
    expect(clock.now()).toBe(start);
  });

  it('waits a little for what another worker holds, and otherwise says so instead of grinding on', async () => {
    const clock = aClock();
    let looks = 0;
    const held: Duty = {
      name: 'calling actions',
      work: async () => 0,
      nextDue: async () => (++looks < 4 ? start - 1 : null),
    };
    const pulse = new Pulse({ clock, log: quietLog, duties: [held] });
    expect(await pulse.advance(clock, hour)).toEqual({ steps: 0, running: [] });
    const stuck = new Pulse({
      clock,
      log: quietLog,
      duties: [{ ...held, nextDue: async () => start - 1 }],
      stuckMs: 20,
    });
    expect(await stuck.advance(clock, hour)).toEqual({ steps: 0, running: ['calling actions'] });
    expect(clock.now()).toBe(start + hour);
  });

  it('holds business time while it works and lets it run on afterwards, also after a failure', async () => {
    let real = start;
    const clock = new VirtualClock(0, () => real);
    const seen: number[] = [];
    const slow: Duty = {
      name: 'slow',
      work: async () => {
        real += 500;
        seen.push(clock.now());
        if (seen.length === 3) throw new Error('broken');
        return seen.length < 2 ? 1 : 0;
      },
    };
    const pulse = new Pulse({ clock, log: quietLog, duties: [slow] });
    await expect(pulse.advance(clock, hour)).rejects.toThrow('broken');
    expect(seen).toEqual([start, start, start + hour]);
    const before = clock.now();
    real += 1000;
    expect(clock.now()).toBe(before + 1000);
  });

  it('keeps the offset on the way, so that a crash in the middle does not go back to the beginning', async () => {
    const clock = aClock();
    const kept: number[] = [];
    const pulse = new Pulse({
      clock,
      log: quietLog,
      duties: [diary(clock, [start + hour]).duty],
      onMoved: async (offset) => void kept.push(offset),
    });
    await pulse.advance(clock, 2 * hour);
    expect(kept[0]).toBe(hour);
    expect(kept.at(-1)).toBe(2 * hour);
  });

  it('stands still when it is stopped in the middle, instead of jumping over what is due', async () => {
    const clock = aClock();
    const { duty, done } = diary(clock, [start + hour, start + 2 * hour]);
    let stopped: Promise<void> = Promise.resolve();
    const pulse = new Pulse({
      clock,
      log: quietLog,
      duties: [
        {
          ...duty,
          work: async () => {
            const count = await duty.work();
            if (count > 0) stopped = pulse.stop();
            return count;
          },
        },
      ],
    });
    await pulse.advance(clock, 4 * hour);
    await stopped;
    expect(done).toEqual([start + hour]);
    expect(clock.now()).toBe(start + hour);
  });

  it('ends at a stop after the page it is at, however much is due (trust row 70)', async () => {
    const [first, second] = [{ pages: 0 }, { pages: 0 }];
    let stopped: Promise<void> | undefined;
    const duties: Duty[] = [first, second].map((count, no) => ({
      name: `endless ${no}`,
      work: async () => {
        if (++count.pages === 3 && count === second) stopped = pulse.stop();
        return 200;
      },
    }));
    const pulse = new Pulse({ clock: aClock(), log: quietLog, duties });
    await pulse.settle();
    await stopped;
    expect([first.pages, second.pages]).toEqual([3, 3]);
  });

  it('lets two moves follow each other', async () => {
    const clock = aClock();
    const { duty, done } = diary(clock, [start + hour, start + 3 * hour]);
    const pulse = new Pulse({ clock, log: quietLog, duties: [duty] });
    await Promise.all([pulse.advance(clock, 2 * hour), pulse.advance(clock, 2 * hour)]);
    expect(done).toEqual([start + hour, start + 3 * hour]);
    expect(clock.now()).toBe(start + 4 * hour);
  });
});
