import { elapsed } from '../base/index.ts';
import { describeType, type Type } from '../language/index.ts';
import { viewOf, type Profile } from '../profile/index.ts';
import { verdictOf, type Verdict } from './action.ts';
import { takenIn } from './answer.ts';
import { batchKeyOf, entryOf, verdictsOf, type Entry } from './batch.ts';
import type { CallAnswer, CallRequest } from './call.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';
import { exchangeOf, type Exchange } from './exchange.ts';
import type { RunHands } from './hands.ts';
import type { RunnerParts } from './runner.ts';
import { scopeOf, type Run, type RunContext } from './run.ts';
import { answerSchema } from './schema.ts';
import { secretsOf } from './secret.ts';
import { TokenRefused, Tokens } from './token.ts';
import type { StoryAnswer } from './story.ts';
import { latestRun } from './table.ts';

/** What is to be tried (journeys C15). */
export interface Wish {
  definition: JourneyDefinition;
  activity: string;
  action: CustomAction;
  profile: Profile;
  /** Data of the entry event; absent: that of the person's last run in the journey, with the answers of its other actions. */
  event?: Record<string, unknown>;
  /** False: the request is only filled in. */
  send: boolean;
}

/** One call, tried by hand: what was sent, with marks for secrets, what came back, and what a run would make of it. */
export interface Trial {
  request: Omit<CallRequest, 'from'> | null;
  answer: (CallAnswer & { ms: number }) | null;
  ok: boolean;
  status: string;
  /** Why it failed, or what is odd about it. */
  why: string | null;
  /** What would stand in `context.journey.actions.<name>`. */
  kept: Record<string, unknown> | null;
  /** Where the answer is not as it was declared. */
  misfits: string[];
  /** The same answer for a story. */
  recording: StoryAnswer | null;
}

/** Headers of an answer that help to understand it. */
const shownHeaders = ['content-type', 'content-length', 'date', 'location', 'retry-after'];
/** So much of an answer is shown, in characters. */
const shownLength = 64 * 1024;
const mostMisfits = 20;

/**
 * Makes the call of an action once, for one person, outside of any run: nothing is written, and neither the rate nor the
 * breaker hears of it. It is a real call all the same.
 */
export async function tryAction({ parts, hands }: { parts: RunnerParts; hands: RunHands }, wish: Wish): Promise<Trial> {
  const made = await fill({ parts, hands }, wish);
  if ('why' in made) return { ...nothing, status: 'internalError', why: made.why };
  const { exchange, entry } = made;
  const { from: _, ...request } = exchange.shown;
  if (!wish.send) return { ...nothing, request, ok: true, status: 'notSent' };
  const begun = elapsed();
  const call = exchange.request.url.startsWith('/') ? parts.callOwn : parts.callOutside;
  const given = await call(exchange.request).catch((error: unknown) => error as Error);
  const ms = Math.round(elapsed() - begun);
  if (given instanceof Error) given.message = exchange.clean(given.message);
  else given.text = exchange.clean(given.text);
  const whole = verdictOf(given, parts.clock.real());
  const options = hands.options({ now: parts.clock.now(), ...wish });
  const verdict = entry
    ? verdictsOf(wish.action, whole, { entries: [entry], options, real: parts.clock.real() })[0]!
    : whole;
  const seen = given instanceof Error ? null : shown(given, { ms, clean: exchange.clean });
  return { ...nothing, request, answer: seen, recording: recordingOf(given), ...judged(wish, verdict, hands) };
}

const nothing = { request: null, answer: null, ok: false, why: null, kept: null, misfits: [], recording: null };

async function fill(
  { parts, hands }: { parts: RunnerParts; hands: RunHands },
  wish: Wish,
): Promise<{ exchange: Exchange; entry: Entry | null } | { why: string }> {
  const { action, profile, definition, send } = wish;
  const now = parts.clock.now();
  const run = await runFor(parts, wish);
  await hands.ask(parts.store, [profile], []);
  await hands.load(parts.store, [profile], [definition]);
  const options = hands.options({ now, profile, definition });
  const key = `test/${run.id}`;
  const scope = { ...scopeOf(run, { profile: viewOf(profile, now) }), call: { key } };
  const secrets = (await parts.secrets?.open(secretsOf(action))) ?? new Map<string, string>();
  try {
    const call = action.token?.url.startsWith('/') ? parts.callOwn : parts.callOutside;
    const asking = { call, secrets, options, real: () => parts.clock.real() };
    const token = send ? await new Tokens().of(action, definition.key, asking) : '~token~';
    const more = { attempt: 1, real: parts.clock.real(), options, secrets, token };
    if (!action.batch) return { exchange: exchangeOf(action, scope, { key, ...more }), entry: null };
    const entry = entryOf(action, scope, options);
    const asks = { batch: [entry.each], call: { key } };
    return { exchange: exchangeOf(action, asks, { key: batchKeyOf([key]), ...more }), entry };
  } catch (error) {
    return {
      why:
        (error instanceof TokenRefused && error.verdict.ok === false ? error.verdict.reason : null) ??
        (error as Error).message,
    };
  }
}

/** A run as it would be: with what the person's last one had gathered, or with the event that was given. */
async function runFor(parts: RunnerParts, { definition, activity, profile, event }: Wish): Promise<Run> {
  const now = parts.clock.now();
  const last = event === undefined ? await latestRun(parts.store, profile.id, definition.key) : null;
  const context: RunContext = last?.context ?? { events: { entry: { at: now, ...event } }, actions: {} };
  const key = last?.key ?? '';
  const place = { id: parts.ids.next(), shard: profile.shard, journey: definition.key, version: 0, activity, key };
  const times = { enteredAt: last?.enteredAt ?? now, movedAt: now, due: null, endedAt: null, endReason: null };
  return { ...place, ...times, profileId: profile.id, state: 'acting', moves: 1, context };
}

function judged({ action, profile, definition }: Wish, verdict: Verdict, hands: RunHands) {
  const reason = verdict.ok ? null : verdict.reason;
  const evaluate = (source: string, scope: Record<string, unknown>) =>
    hands.of(definition, profile).evaluate(source, scope);
  const taken = takenIn(action, { ...verdict, reason }, evaluate);
  const misfits = verdict.ok ? misfitsOf(verdict.value, answerSchema(action)) : [];
  const { ok, why, kept } = taken;
  return { ok, status: String(kept['jo_status_code']), why, kept, misfits };
}

function shown(answer: CallAnswer, { ms, clean }: { ms: number; clean: (text: string) => string }) {
  const headers = Object.entries(answer.headers).filter(([name]) => shownHeaders.includes(name));
  const cleaned = headers.map(([name, value]) => [name, clean(value)] as const);
  return { status: answer.status, headers: Object.fromEntries(cleaned), text: answer.text.slice(0, shownLength), ms };
}

function recordingOf(answer: CallAnswer | Error): StoryAnswer {
  if (answer instanceof Error) return 'no answer';
  try {
    return { status: answer.status, body: JSON.parse(answer.text) as unknown };
  } catch {
    return { status: answer.status, text: answer.text.slice(0, shownLength) };
  }
}

/** Where an answer is not of the type it was declared with, in words; at most twenty. Pure. */
export function misfitsOf(value: unknown, type: Type): string[] {
  const found: string[] = [];
  look('response', value, { type, say: (what) => void (found.length < mostMisfits && found.push(what)) });
  return found;
}

function look(where: string, value: unknown, { type, say }: { type: Type; say: (what: string) => void }): void {
  if (value === null || value === undefined) return;
  if (!isOf(value, type)) return say(`${where} is declared as ${describeType(type)}, and came as ${told(value)}`);
  if (type.kind === 'list')
    for (const [i, one] of (value as unknown[]).entries()) look(`${where}[${i}]`, one, { type: type.of, say });
  if (type.kind !== 'map') return;
  const given = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(type.fields)) {
    if (Object.hasOwn(given, name)) look(`${where}.${name}`, given[name], { type: field.type, say });
    else if (!field.maybe) say(`${where}.${name} is declared, and did not come`);
  }
  if (type.rest !== null) return;
  for (const name of Object.keys(given))
    if (!Object.hasOwn(type.fields, name)) say(`${where}.${name} is not declared, so it is not kept`);
}

function isOf(value: unknown, type: Type): boolean {
  switch (type.kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'truth':
      return typeof value === 'boolean';
    case 'moment':
      return typeof value === 'string' || typeof value === 'number';
    case 'list':
      return Array.isArray(value);
    case 'map':
      return typeof value === 'object' && !Array.isArray(value);
    case 'one of':
      return type.types.some((one) => isOf(value, one));
    default:
      return true;
  }
}

function told(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
