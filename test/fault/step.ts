import { SeededRandom } from '../../src/base/index.ts';
import type { Fault } from './mortal.ts';

/** What happens in a fault run, as data: so that a run can be repeated, made shorter, and kept. */

export type Deed = 'views' | 'adds' | 'removes' | 'orders' | 'signs in' | 'agrees' | 'withdraws' | 'is a machine';

/** How an event comes: at once; told again with another; kept back and told later, the newest first; long after it happened. */
export type Coming = 'now' | 'twice' | 'kept back' | 'late';

export type Wire = 'takes' | 'refuses' | 'later' | 'lost before' | 'lost after' | 'takes and loses' | 'takes and kills';
export type Service = 'answers' | 'fails' | 'busy' | 'silent' | 'slow' | 'empty' | 'garbage' | 'kills';

/** What a provider of mail tells of the last mail to somebody. */
export type Report = 'arrived' | 'waits' | 'does not exist' | 'is full' | 'is refused' | 'complained';

export type Act =
  | { do: 'deed'; who: number; deed: Deed; coming: Coming }
  | { do: 'deliver' }
  | { do: 'report'; who: number; report: Report; coming: Coming }
  | { do: 'click'; who: number }
  | { do: 'unsubscribe'; who: number }
  | { do: 'later'; minutes: number }
  | { do: 'back'; minutes: number }
  | { do: 'wire'; wire: Wire }
  | { do: 'service'; service: Service }
  | {
      do: 'life';
      plan: number;
      what: 'pause' | 'shift' | 'late' | 'skip' | 'close' | 'publish' | 'migrate' | 'rollback' | 'stop';
    }
  | { do: 'hand'; how: 'skip' | 'retry' | 'exit' }
  | { do: 'merge'; who: number; with: number }
  | { do: 'erase'; who: number };

/** An act, and the pass of one process over all that is due after it, in which something may go wrong. */
export interface Step {
  act: Act;
  /** So much time goes by before the pass. */
  minutes: number;
  by: 0 | 1;
  fault: Fault | null;
  /** Dies at the first named point it comes to, counted from here. */
  point?: number;
}

export const people = 4;

/** The steps of a seed. */
export function stepsOf(seed: number, count: number): Step[] {
  const random = new SeededRandom(seed * 2 + 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  const who = () => Math.floor(random.next() * people);
  const acts: [number, () => Act][] = [
    [10, () => ({ do: 'deed', who: who(), deed: deedOf(random), coming: comingOf(random) })],
    [4, () => ({ do: 'later', minutes: pick([1, 20, 60, 250, 300, 600, 1500, 5000]) })],
    [1, () => ({ do: 'back', minutes: pick([1, 60, 180]) })],
    [1, () => ({ do: 'deliver' })],
    [
      1.5,
      () => ({
        do: 'report',
        who: who(),
        report: pick(['arrived', 'waits', 'does not exist', 'is full', 'is refused', 'complained']),
        coming: comingOf(random),
      }),
    ],
    [1, () => ({ do: 'click', who: who() })],
    [1, () => ({ do: 'unsubscribe', who: who() })],
    [
      1.5,
      () => ({
        do: 'wire',
        wire: pick(['takes', 'refuses', 'later', 'lost before', 'lost after', 'takes and loses', 'takes and kills']),
      }),
    ],
    [
      2,
      () => ({
        do: 'service',
        service: pick(['answers', 'fails', 'busy', 'silent', 'slow', 'empty', 'garbage', 'kills']),
      }),
    ],
    [
      3,
      () => ({
        do: 'life',
        plan: Math.floor(random.next() * 3),
        what: pick(['pause', 'pause', 'shift', 'late', 'skip', 'close', 'publish', 'migrate', 'rollback', 'stop']),
      }),
    ],
    [1, () => ({ do: 'hand', how: pick(['skip', 'retry', 'exit']) })],
    [1, () => ({ do: 'merge', who: who(), with: who() })],
    [0.4, () => ({ do: 'erase', who: who() })],
  ];
  const whole = acts.reduce((sum, [weight]) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    let place = random.next() * whole;
    const [, make] = acts.find(([weight]) => (place -= weight) < 0) ?? acts[0]!;
    const act = make();
    const minutes = pick([0, 0, 20, 60, 250, 250, 300]);
    const step: Step = { act, minutes, by: random.next() < 0.7 ? 0 : 1, fault: faultOf(random) };
    if (!step.fault && random.next() < 0.15) step.point = 1 + Math.floor(random.next() * 6);
    return step;
  });
}

function deedOf(random: SeededRandom): Deed {
  const list: Deed[] = [
    'views',
    'views',
    'adds',
    'adds',
    'adds',
    'removes',
    'orders',
    'signs in',
    'agrees',
    'withdraws',
    'is a machine',
  ];
  return list[Math.floor(random.next() * list.length)]!;
}

function comingOf(random: SeededRandom): Coming {
  const list: Coming[] = ['now', 'now', 'now', 'twice', 'kept back', 'late'];
  return list[Math.floor(random.next() * list.length)]!;
}

function faultOf(random: SeededRandom): Fault | null {
  if (random.next() > 0.45) return null;
  const hows: Fault['how'][] = ['dies before', 'dies after', 'cut before', 'cut after', 'held'];
  const how = hows[Math.floor(random.next() * hows.length)]!;
  if (how !== 'held' && random.next() < 0.5) return { at: 1 + Math.floor(random.next() * 8), commits: true, how };
  return { at: 1 + Math.floor(random.next() ** 1.3 * 50), how };
}
