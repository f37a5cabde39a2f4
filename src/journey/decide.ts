import { durationMs } from '../base/index.ts';
import { truthy } from '../language/index.ts';
import type { Fact } from '../profile/index.ts';
import type { JourneyDefinition } from './definition.ts';
import { scopeOf, type Command, type Decision, type Hands, type Input, type Run, type Step } from './run.ts';

/** How many activities one input may pass before it counts as a circle. */
const stepLimit = 100;
const dayMs = 86_400_000;
/** Marketing that is a day late is not sent any more (trust §2.4). */
export const defaultLateness = 'P1D';

/**
 * What becomes of a run by one input. Pure: same values in, same decision out; nothing is read and nothing is done.
 * An input that does not concern the run (an answer to an older call, a fact nobody waits for) changes nothing.
 */
export function decide(run: Run, input: Input, hands: Hands): Decision {
  const made = new Course(
    { ...run, context: { events: { ...run.context.events }, actions: { ...run.context.actions } } },
    hands,
  );
  if (run.state === 'ended') return made.decision;
  if (input.kind === 'enter') made.enter(input.at, input.data);
  else if (input.kind === 'due') made.due();
  else if (input.kind === 'fact') made.fact(input.fact);
  else if (input.kind === 'answered') made.answered(input);
  else made.messaged(input);
  return made.decision;
}

/** Does this fact ask for entry into the journey, and under which key? Null when not. */
export function entryKey(
  definition: JourneyDefinition,
  fact: Fact,
  hands: Pick<Hands, 'profile' | 'evaluate'>,
): string | null {
  const { entry } = definition;
  if (entry.kind !== 'event' || entry.event !== fact.name) return null;
  const scope = { event: fact.data, profile: hands.profile };
  if (entry.when !== undefined && !truthy(hands.evaluate(entry.when, scope))) return null;
  return entry.key === undefined ? '' : String(hands.evaluate(entry.key, scope) ?? '');
}

/** One decision in the making. */
class Course {
  readonly decision: Decision;
  readonly #hands: Hands;

  constructor(run: Run, hands: Hands) {
    this.decision = { run, commands: [], steps: [] };
    this.#hands = hands;
  }

  get #run(): Run {
    return this.decision.run;
  }

  #evaluate(source: string): unknown {
    return this.#hands.evaluate(source, scopeOf(this.#run, this.#hands.profile));
  }

  #step(kind: Step['kind'], reason: string | null = null, detail: Record<string, unknown> | null = null): void {
    this.decision.steps.push({ at: this.#hands.now, activity: this.#run.activity, kind, reason, detail });
  }

  enter(at: number, data: Record<string, unknown>): void {
    this.#run.context.events.entry = { ...data, at };
    this.#run.activity = 'entry';
    this.#step('entered', null, { event: data });
    this.#goTo(this.#hands.definition.start, Math.min(at, this.#hands.now));
  }

  /** The wait is over. Found very late, after the system was down, the run ends instead (trust §2.4 catch-up). */
  due(): void {
    const { due, state, activity } = this.#run;
    if (state !== 'waiting' || due === null || due > this.#hands.now) return;
    const lateness = durationMs(this.#hands.definition.lateness ?? defaultLateness);
    if (this.#hands.now - due > lateness)
      return this.#end('Too late: the wait ended while the system was down', 'exited');
    const wait = this.#hands.definition.activities[activity];
    if (wait?.kind !== 'wait')
      return this.#end(`Activity ${activity} is no wait in version ${this.#run.version}`, 'exited');
    this.#goTo(wait.next, due);
  }

  fact(fact: Fact): void {
    if (this.#exits(fact) || fact.bot) return;
    const { entry } = this.#hands.definition;
    if (entry.kind !== 'event' || entry.onRepeat !== 'restart') return;
    if (entryKey(this.#hands.definition, fact, this.#hands) !== this.#run.key) return;
    if (fact.at <= Number(this.#run.context.events.entry?.['at'] ?? 0) && fact.name !== 'visit.ended')
      return this.#keepLatest(fact);
    // A mail that is still held would show what was true before; one that is on the wire cannot be called back.
    if (this.#run.state === 'sending') this.decision.commands.push({ do: 'cancel', reason: 'It happened again' });
    this.#run.context.events.entry = { ...fact.data, at: fact.at };
    this.#step('restarted', fact.name, { event: fact.data });
    this.#goTo(this.#hands.definition.start, Math.min(fact.at, this.#hands.now));
  }

  /** A repeat that happened before the last one (it came late) changes what is known, not when it is due. */
  #keepLatest(fact: Fact): void {
    this.#run.context.events.entry = { ...fact.data, at: this.#run.context.events.entry?.['at'] };
    this.#step('restarted', 'An earlier event came late', { event: fact.data });
  }

  #exits(fact: Fact): boolean {
    for (const rule of this.#hands.definition.exits ?? []) {
      if (rule.event !== fact.name) continue;
      const scope = { ...scopeOf(this.#run, this.#hands.profile), event: fact.data };
      if (rule.key !== undefined && String(this.#hands.evaluate(rule.key, scope) ?? '') !== this.#run.key) continue;
      if (rule.when !== undefined && !truthy(this.#hands.evaluate(rule.when, scope))) continue;
      if (this.#run.state === 'sending') this.decision.commands.push({ do: 'cancel', reason: rule.reason });
      this.#end(rule.reason, 'exited', { event: fact.name });
      return true;
    }
    return false;
  }

  answered(input: Extract<Input, { kind: 'answered' }>): void {
    const action = this.#hands.definition.activities[this.#run.activity];
    if (this.#run.state !== 'acting' || input.moves !== this.#run.moves || action?.kind !== 'action') return;
    const kept =
      action.answer !== undefined && input.ok
        ? this.#hands.evaluate(action.answer, { response: input.value })
        : input.value;
    const value = typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? kept : { value: kept };
    this.#run.context.actions[action.name] = { ...value, jo_status_code: input.status };
    this.#step('action', input.ok ? null : input.status, { action: action.name, status: input.status });
    this.#goTo(input.ok ? action.next : (action.onError ?? action.next), this.#hands.now);
  }

  messaged(input: Extract<Input, { kind: 'messaged' }>): void {
    const message = this.#hands.definition.activities[this.#run.activity];
    if (this.#run.state !== 'sending' || input.moves !== this.#run.moves || message?.kind !== 'message') return;
    this.#step('messaged', input.reason, { outcome: input.outcome });
    const excluded = input.outcome !== 'accepted' && input.outcome !== 'in_doubt';
    this.#goTo(excluded ? (message.onExcluded ?? message.next) : message.next, this.#hands.now);
  }

  /** Walks on from an activity until one holds the run. `base` is the nominal time, from which waits are counted. */
  #goTo(name: string, base: number): void {
    let next: string | null = name;
    for (let i = 0; next !== null; i++) {
      if (i === stepLimit) return this.#end('The journey goes in a circle', 'exited');
      next = this.#arrive(next, base);
    }
  }

  /** Comes to one activity. @returns where to go on, or null when it holds the run */
  #arrive(name: string, base: number): string | null {
    const activity = this.#hands.definition.activities[name];
    const run = this.#run;
    run.activity = name;
    run.moves++;
    run.movedAt = this.#hands.now;
    run.due = null;
    if (activity === undefined) return this.#stop(`Activity ${name} does not exist in version ${run.version}`);
    switch (activity.kind) {
      case 'wait':
        run.state = 'waiting';
        run.due = base + durationMs(activity.for);
        this.#step('waiting', null, { until: run.due });
        return null;
      case 'condition':
        return this.#branch(activity.paths, activity.otherwise);
      case 'action':
        return this.#hold('acting', { do: 'call', activity: name, moves: run.moves, action: activity });
      case 'message':
        this.#step('planned', null, { message: activity.message });
        return this.#hold('sending', { do: 'send', activity: name, moves: run.moves, message: activity.message });
      case 'end':
        this.#end(activity.label, 'ended');
        return null;
    }
  }

  #stop(reason: string): null {
    this.#end(reason, 'exited');
    return null;
  }

  #branch(paths: { label: string; when: string; next: string }[], otherwise: string): string {
    const taken = paths.find((path) => truthy(this.#evaluate(path.when)));
    this.#step('passed', taken?.label ?? 'Otherwise');
    return taken?.next ?? otherwise;
  }

  #hold(state: 'acting' | 'sending', command: Command): null {
    this.#run.state = state;
    this.decision.commands.push(command);
    return null;
  }

  #end(reason: string, kind: 'ended' | 'exited', detail: Record<string, unknown> | null = null): void {
    this.#step(kind, reason, detail);
    Object.assign(this.#run, { state: 'ended', due: null, endedAt: this.#hands.now, endReason: reason });
  }
}

/** When the daily reading at a local time next falls due after `after`. Gap days shift forward, overlaps take the first. */
export function nextReading(at: string, zone: string, after: number): number {
  const [hour, minute] = at.split(':').map(Number) as [number, number];
  for (let day = 0; day <= 2; day++) {
    const due = localTime(after + day * dayMs, zone, hour, minute);
    if (due > after) return due;
  }
  return after + dayMs;
}

/** The instant at which, on the local day of `near`, the clock of `zone` shows hour:minute. */
export function localTime(near: number, zone: string, hour: number, minute: number): number {
  const { year, month, day } = wallClock(near, zone);
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  const early = wanted - offsetAt(wanted - dayMs / 2, zone);
  const late = wanted - offsetAt(wanted + dayMs / 2, zone);
  const fits = [Math.min(early, late), Math.max(early, late)].find(
    (candidate) => candidate + offsetAt(candidate, zone) === wanted,
  );
  return fits ?? early; // in a gap the earlier offset gives the instant after it, shifted forward
}

function offsetAt(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(at, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(at: number, zone: string): Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number> {
  let format = formats.get(zone);
  if (!format) {
    const options = {
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const;
    format = new Intl.DateTimeFormat('en-US', { ...options, hourCycle: 'h23', timeZone: zone });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as never;
}
