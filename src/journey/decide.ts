import { durationMs } from '../base/index.ts';
import { truthy } from '../language/index.ts';
import type { Fact, ProfileView } from '../profile/index.ts';
import { entriesOf } from './entering.ts';
import { isAllowed } from './action.ts';
import { boundReached, nextOf, roundsReached } from './bound.ts';
import { staleIn, takenIn, type Stale, type Taken } from './answer.ts';
import type { Activity, CustomAction, ListenActivity, MessageActivity, UpdateActivity } from './definition.ts';
import { scopeOf, type Command, type Decision, type Hands, type Input, type Run, type Step } from './run.ts';
import { messageAt, wayAt } from './share.ts';
import { defaultLateness, lastMomentOf } from './span.ts';
import { attributesOf, valuesOf } from './values.ts';
import { heardOf, waitingOf, type Waiting } from './waiting.ts';
import { instantOfWall } from './wall.ts';

export const defaultQuietHours = { from: '21:00', to: '08:00' };

/**
 * What becomes of a run by one input. Pure: same values in, same decision out; nothing is read and nothing is done.
 * An input that does not concern the run (an answer to an older call, a fact nobody waits for) changes nothing.
 */
export function decide(run: Run, input: Input, hands: Hands): Decision {
  const { events, actions, answered } = run.context;
  const copied = { events: { ...events }, actions: { ...actions }, ...(answered ? { answered: { ...answered } } : {}) };
  const made = new Course({ ...run, context: { ...run.context, ...copied } }, hands);
  if (run.state === 'ended') return made.decision;
  switch (input.kind) {
    case 'enter':
      made.enter(input.at, input.data);
      break;
    case 'due':
      made.due();
      break;
    case 'fact':
      made.fact(input.fact);
      break;
    case 'answered':
      made.answered(input);
      break;
    case 'messaged':
      made.messaged(input);
      break;
    case 'migrated':
      made.migrated(input);
      break;
    case 'moved':
      made.moved(input);
  }
  return made.decision;
}

/** One decision in the making. */
class Course {
  readonly decision: Decision;
  readonly #hands: Hands;
  /** As activities of this decision have written it. */
  #written: ProfileView | null = null;

  constructor(run: Run, hands: Hands) {
    this.decision = { run, commands: [], steps: [] };
    this.#hands = hands;
  }

  get #run(): Run {
    return this.decision.run;
  }

  get #here(): Activity | undefined {
    return this.#hands.definition.activities[this.#run.activity];
  }

  get profile(): ProfileView {
    return this.#written ?? this.#hands.profile;
  }

  #evaluate(source: string, more: Record<string, unknown> = {}): unknown {
    return this.#hands.evaluate(source, Object.assign(scopeOf(this.#run, this), more));
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
    const { due, state } = this.#run;
    const { definition, now } = this.#hands;
    if (state !== 'waiting' || due === null || due > now) return;
    if (this.#rezoned()) return;
    if (now - due > durationMs(definition.lateness ?? defaultLateness))
      return this.#end('Too late: the wait ended while the system was down', 'exited');
    if (due >= this.#lastDay) return this.#end('Its time was over', 'exited');
    const here = this.#here;
    if (here?.kind === 'wait') return this.#goTo(here.next, due);
    if (here?.kind === 'listen') return this.#unheard(here, due);
    if (here?.kind === 'message') return this.#unaddressed(here, due);
    this.#end(`Activity ${this.#run.activity} is no wait in version ${this.#run.version}`, 'exited');
  }

  /** A law has moved the clock of the zone while the run waited: it waits on, until its time of the wall has come. */
  #rezoned(): boolean {
    const { wall } = this.#run.context;
    const due = wall === undefined ? null : instantOfWall(wall);
    if (due === null || due <= this.#hands.now) return false;
    this.#run.due = due;
    this.#step('waiting', 'The clocks of the zone have changed', { until: due });
    return true;
  }

  /** When the run may last no longer, UTC ms. */
  get #lastDay(): number {
    const { definition, zone } = this.#hands;
    const { life, ends } = definition;
    return life === undefined && ends === undefined ? Infinity : lastMomentOf(definition, this.#run, zone);
  }

  fact(fact: Fact): void {
    if (this.#exits(fact) || fact.bot) return;
    if (this.#hears(fact) || this.#reached()) return;
    const { entry } = this.#hands.definition;
    if (entry.kind !== 'event' || entry.event !== fact.name) return;
    if (entry.onRepeat !== 'restart' && entry.onRepeat !== 'update') return;
    const again = entriesOf(this.#hands.definition, fact, this.#hands).find(({ key }) => key === this.#run.key);
    if (!again) return;
    const isOlder = fact.at <= Number(this.#run.context.events.entry?.['at'] ?? 0) && fact.name !== 'visit.ended';
    if (isOlder || entry.onRepeat === 'update') return this.#keepLatest(again.data, isOlder);
    // A mail that is still held would show what was true before; one that is on the wire cannot be called back.
    if (this.#run.state === 'sending') this.decision.commands.push({ do: 'cancel', reason: 'It happened again' });
    this.#run.context.events.entry = { ...again.data, at: fact.at };
    delete this.#run.context.came;
    this.#step('restarted', fact.name, { event: again.data });
    this.#run.activity = 'entry';
    this.#goTo(this.#hands.definition.start, Math.min(fact.at, this.#hands.now));
  }

  /** A repeat changes what is known, not when it is due; also one that happened before the last and came late. */
  #keepLatest(data: Record<string, unknown>, isOlder: boolean): void {
    this.#run.context.events.entry = { ...data, at: this.#run.context.events.entry?.['at'] };
    this.#step('restarted', isOlder ? 'An earlier event came late' : 'Its newest data', { event: data });
  }

  #exits(fact: Fact): boolean {
    for (const rule of this.#hands.definition.exits ?? []) {
      if (rule.event !== fact.name) continue;
      const more = { event: fact.data };
      if (rule.key !== undefined && String(this.#evaluate(rule.key, more) ?? '') !== this.#run.key) continue;
      if (rule.when !== undefined && !truthy(this.#evaluate(rule.when, more))) continue;
      if (this.#run.state === 'sending') this.decision.commands.push({ do: 'cancel', reason: rule.reason });
      this.#end(rule.reason, 'exited', { event: fact.name });
      return true;
    }
    return false;
  }

  /** The first thing that a listen activity waits for has happened (journeys A8). */
  #hears(fact: Fact): boolean {
    const here = this.#here;
    if (this.#run.state !== 'waiting' || here?.kind !== 'listen') return false;
    const more = { event: fact.data };
    const evaluate = (source: string) => this.#evaluate(source, more);
    const { id, key } = this.#run;
    const heard = heardOf(here, fact, { id, key, evaluate, isTrue: (source) => truthy(evaluate(source)) });
    if (!heard) return false;
    this.#run.context.events[this.#run.activity] = { ...fact.data, at: fact.at };
    this.#step('heard', heard.label, { event: fact.name });
    this.#goTo(heard.next, this.#hands.now);
    return true;
  }

  #unheard(here: ListenActivity, due: number): void {
    if (here.otherwise === undefined) return this.#end('Its time was over', 'exited');
    this.#step('passed', 'Nothing happened in time');
    this.#goTo(here.otherwise, due);
  }

  /** Whoever waited for an address has one now. */
  #reached(): boolean {
    if (this.#run.state !== 'waiting' || this.#here?.kind !== 'message' || this.profile.email === null) return false;
    this.#goTo(this.#run.activity, this.#hands.now);
    return true;
  }

  #unaddressed(here: MessageActivity, due: number): void {
    if (this.#reached()) return;
    this.#step('messaged', 'No address came in time', { outcome: 'excluded' });
    this.#goTo(here.onExcluded ?? here.next, due);
  }

  answered(input: Extract<Input, { kind: 'answered' }>): void {
    const here = this.#here;
    if (this.#run.state !== 'acting' || input.moves !== this.#run.moves) return;
    if (here?.kind === 'cap') {
      this.#step('passed', input.ok ? `Among the ${here.max}` : `All ${here.max} are taken`);
      return this.#goTo(input.ok ? here.next : here.otherwise, this.#hands.now);
    }
    const by = input.calls ?? this.#run.activity;
    const action = this.#hands.definition.activities[by];
    if (action?.kind === 'action') this.#takeIn(by, action, input);
  }

  /** Keeps an answer, and goes on: to a mail that wanted it fresh, or by the ways of the action. */
  #takeIn(by: string, action: CustomAction, input: Extract<Input, { kind: 'answered' }>): void {
    const { reason = null, at = this.#hands.now, status } = input;
    const taken = takenIn(action, { ...input, reason }, (source, scope) => this.#hands.evaluate(source, scope));
    const { context } = this.#run;
    context.actions[action.name] = taken.kept;
    delete context.answered?.[action.name];
    if (!taken.ok) context.failed = { action: action.name, activity: by, status };
    if (taken.ok && action.maxAge !== undefined) context.answered = { ...context.answered, [action.name]: { at, by } };
    const why = taken.why === null ? {} : { why: taken.why };
    this.#step('action', taken.ok ? null : status, { action: action.name, status, ...why, ...input.call });
    const next = this.#afterAnswer(by, action, taken);
    if (next !== null) this.#goTo(next, this.#hands.now);
  }

  #afterAnswer(by: string, action: CustomAction, { ok, few, why }: Taken): string | null {
    const here = this.#here;
    const onward = here?.kind === 'message' ? this.#run.activity : action.next;
    if (ok && (few === null || action.enough?.otherwise === 'send')) return onward;
    if (ok && action.enough?.otherwise === 'backup') return action.enough.backup ?? onward;
    if (ok) return action.enough?.onFew ?? this.#stop(why ?? 'Too few items');
    if (here?.kind !== 'message' || by === this.#run.activity) return action.onError ?? action.next;
    // Nobody gets what was true a while ago.
    this.#step('messaged', `${action.name} gave no fresh answer`, { outcome: 'excluded' });
    return action.onError ?? here.onExcluded ?? here.next;
  }

  messaged(input: Extract<Input, { kind: 'messaged' }>): void {
    const here = this.#here;
    if (this.#run.state !== 'sending' || input.moves !== this.#run.moves || here?.kind !== 'message') return;
    this.#step('messaged', input.reason, { outcome: input.outcome });
    const excluded = input.outcome !== 'accepted' && input.outcome !== 'in_doubt';
    // Held back only because an answer had grown old: it is asked for anew, and the mail is planned again.
    if (excluded && input.reason !== null && this.#stale?.reason === input.reason)
      return this.#goTo(this.#run.activity, this.#hands.now);
    this.#goTo(excluded ? (here.onExcluded ?? here.next) : here.next, this.#hands.now);
  }

  get #stale(): Stale | null {
    return staleIn(this.#hands.definition, this.#run.context.answered, this.#hands.now);
  }

  /** `hands.definition` is that of the new version. A wait goes on until it would have ended. */
  migrated({ version, activity }: Extract<Input, { kind: 'migrated' }>): void {
    const { due, state } = this.#run;
    const keeps = state === 'waiting' && due !== null && this.#hands.definition.activities[activity]?.kind === 'wait';
    Object.assign(this.#run, { version, activity });
    this.#step('moved', `Goes on in version ${version}`);
    if (!keeps) this.#goTo(activity, this.#hands.now);
  }

  moved({ how, by }: Extract<Input, { kind: 'moved' }>): void {
    const here = this.#here;
    if (this.#run.state === 'sending') this.decision.commands.push({ do: 'cancel', reason: `Moved on by ${by}` });
    this.#step('moved', how === 'skip' ? `Skipped by ${by}` : `Tried again by ${by}`);
    const next = how === 'retry' ? this.#run.activity : here && nextOf(here);
    if (next === undefined || next === null) return this.#end(`Ended by ${by}`, 'exited');
    this.#goTo(next, this.#hands.now);
  }

  /** Walks on from an activity until one holds the run. `base` is the nominal time, from which waits are counted. */
  #goTo(name: string, base: number): void {
    let next: string | null = name;
    for (let passed = 0; next !== null; passed++) {
      const { now, definition } = this.#hands;
      if (now >= this.#lastDay) return this.#end('Its time was over', 'exited');
      const reached = boundReached(this.#run, { passed, now, activities: definition.activities });
      if (reached !== null) return this.#end(reached, 'exited');
      next = this.#arrive(next, base);
    }
  }

  /** Comes to one activity. @returns where to go on, or null when it holds the run */
  #arrive(name: string, base: number): string | null {
    const activity = this.#hands.definition.activities[name];
    const run = this.#run;
    const often = roundsReached(run, name, this.#hands.definition.rounds);
    if (often !== null) return this.#stop(often);
    Object.assign(run, { activity: name, moves: run.moves + 1, movedAt: this.#hands.now, due: null });
    delete run.context.wall;
    if (activity === undefined) return this.#stop(`Activity ${name} does not exist in version ${run.version}`);
    const { moves } = run;
    switch (activity.kind) {
      case 'wait': {
        const { quietHours: quiet = defaultQuietHours } = this.#hands.definition;
        const { zone } = this.#hands;
        const times = () => this.#hands.times();
        const until = waitingOf(activity, { base, zone, times, quiet, evaluate: (source) => this.#evaluate(source) });
        if (until) return this.#wait(until);
        this.#step('passed', 'Nothing to wait for');
        return activity.next;
      }
      case 'condition':
        return this.#branch(activity.paths, activity.otherwise);
      case 'split':
      case 'experiment':
        return this.#part(name, activity);
      case 'cap':
        return this.#hold('acting', { do: 'take', activity: name, moves, cap: activity });
      case 'listen':
        return this.#wait(activity.timeout === undefined ? null : { due: base + durationMs(activity.timeout) });
      case 'action':
        if (isAllowed(activity, this.profile))
          return this.#hold('acting', { do: 'call', activity: name, moves, action: activity });
        run.context.actions[activity.name] = { jo_status_code: 'noConsent' };
        this.#step('passed', `No consent: ${activity.consent}`);
        return activity.next;
      case 'message':
        if (activity.addressWithin !== undefined && this.profile.email === null)
          return this.#wait({ due: base + durationMs(activity.addressWithin) }, 'No address yet');
        if (this.#stale) return this.#refresh(this.#stale);
        return this.#plan(name, activity, moves);
      case 'update':
        return this.#update(name, activity);
      case 'jump': {
        const data = valuesOf(activity.data ?? {}, (source) => this.#evaluate(source));
        this.decision.commands.push({ do: 'jump', activity: name, journey: activity.journey, data });
        this.#step('jumped', null, { journey: activity.journey });
        return activity.next;
      }
      case 'end':
        this.#end(activity.label, 'ended');
        return null;
    }
  }

  #refresh({ activity: calls, action, reason }: Stale): null {
    const { activity, moves } = this.#run;
    this.#step('passed', reason);
    return this.#hold('acting', { do: 'call', activity, moves, action, calls });
  }

  #wait(until: Waiting | null, reason: string | null = null): null {
    const run = this.#run;
    const due = Math.min(until?.due ?? Infinity, this.#lastDay);
    run.state = 'waiting';
    run.due = Number.isFinite(due) ? due : null;
    if (until?.wall) run.context.wall = until.wall;
    this.#step('waiting', reason, run.due === null ? null : { until: run.due });
    return null;
  }

  #part(name: string, activity: Extract<Activity, { kind: 'split' | 'experiment' }>): string | null {
    const { label: path, heldOut, share, next } = wayAt(activity, { name, run: this.#run, hands: this.#hands });
    this.#step('passed', path, activity.kind === 'experiment' ? { experiment: name, path, heldOut, share } : null);
    return next ?? this.#stop(path);
  }

  #plan(name: string, activity: MessageActivity, moves: number): null {
    const { message, ...variant } = messageAt(activity, { name, run: this.#run, hands: this.#hands });
    this.#step('planned', null, { message, ...(variant.variant && { variant: variant.variant.label }) });
    const [until, last] = [this.#lastDay, Number.isFinite(this.#lastDay)];
    return this.#hold('sending', {
      do: 'send',
      activity: name,
      moves,
      message,
      ...variant,
      ...(last ? { until } : {}),
    });
  }

  #update(name: string, activity: UpdateActivity): string {
    const attributes = attributesOf(activity, (source) => this.#evaluate(source));
    this.#written = { ...this.profile, attributes: { ...this.profile.attributes, ...attributes } };
    this.decision.commands.push({ do: 'update', activity: name, moves: this.#run.moves, attributes });
    this.#step('updated', null, { attributes: Object.keys(attributes) });
    return activity.next;
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
