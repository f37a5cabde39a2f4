import { elapsed, SeededRandom } from '../base/index.ts';
import type { PastEvent } from './evaluate-format.ts';
import { PastPeople } from './evaluate-history.ts';
import { tune, type TunedOutcome, tunedBy, tuneLimits } from './tune.ts';
import type { Tuning } from './tuning.ts';

const seed = 1;

/** Tunes on the last part of a history, as a shop does at night. @returns undefined where the shipped constants stay */
export async function tuneOn(
  events: AsyncIterable<PastEvent>,
  say: (line: string) => void,
): Promise<Tuning | undefined> {
  const people = new PastPeople(() => false);
  let last: PastEvent[] = [];
  for await (const event of events) {
    last.push({ ...event, session: people.visitOf(event) });
    if (last.length >= 2 * tuneLimits.events) last = last.slice(-tuneLimits.events);
  }
  last = last.slice(-tuneLimits.events).sort((a, b) => a.at - b.at);
  const began = elapsed();
  const mayGoOn = (share: number) => elapsed() - began < tuneLimits.realMs * share;
  const work = tune(last, new SeededRandom(seed), { ...tuneLimits, mayGoOn });
  for (;;) {
    const { value, done } = work.next();
    if (done !== true) continue;
    if (value === null) say('Too few events to tune on; the shipped constants stay');
    else value.outcomes.forEach((outcome) => say(outcomeLine(outcome)));
    return value === null ? undefined : tunedBy(value.own);
  }
}

/** One line for people. */
export function outcomeLine({ part, before, after, gain, taken, trials, questions }: TunedOutcome): string {
  const text = (value: number) => value.toFixed(4);
  const what = taken ? 'taken' : 'not beyond its noise, so the shipped constants stay';
  return `Tuned ${part}: NDCG ${text(before.value)} → ${text(after.value)}, gain ${text(gain.value)} ± ${text(gain.error)} over ${questions.judged} questions after ${trials} trials; ${what}`;
}
