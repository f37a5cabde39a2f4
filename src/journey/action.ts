import { BeckonError, durationMs, reservedHeader } from '../base/index.ts';
import {
  compileExpression,
  compileTemplate,
  type Expression,
  type RenderOptions,
  type Scope,
  type Template,
} from '../language/index.ts';
import type { ProfileView } from '../profile/index.ts';
import type { Heard } from './breaker.ts';
import type { CustomAction } from './definition.ts';
import { errors } from './error.ts';
import { CallTimeout, type CallAnswer, type CallRequest } from './call.ts';

const expressions = new Map<string, Expression>();
const templates = { text: new Map<string, Template>(), url: new Map<string, Template>() };

/** An expression, compiled once. */
export function expressionOf(source: string): Expression {
  let known = expressions.get(source);
  if (!known) expressions.set(source, (known = compileExpression(source)));
  return known;
}

function templateOf(source: string, mode: 'text' | 'url'): Template {
  let known = templates[mode].get(source);
  if (!known) templates[mode].set(source, (known = compileTemplate(source, { mode })));
  return known;
}

/**
 * The HTTP request of an action for one run. Pure. In the body a text that begins with `=` is an expression and gives
 * its value (a list stays a list); any other text is a template. What comes out null is left out of its object.
 *
 * @param key the same on every try of the same action of the same run (trust §2.4)
 */
export function requestOf(
  action: CustomAction,
  scope: Scope,
  more: { key: string; options: RenderOptions },
): CallRequest {
  const { options } = more;
  const fill: Fill = { scope, options, keepsNull: action.nulls === 'send' };
  const body = action.body === undefined ? null : JSON.stringify(filledBody(action.body, fill));
  const headers: Record<string, string> = { accept: 'application/json', 'idempotency-key': more.key };
  if (body !== null) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(action.headers ?? {})) headers[name.toLowerCase()] = headerOf(value, fill);
  for (const name of Object.keys(headers)) if (reservedHeader.test(name)) delete headers[name];
  return {
    method: action.method,
    url: textOf(action.url, fill, 'url'),
    headers,
    body: action.method === 'GET' ? null : body,
    timeoutMs: timeoutOf(action),
  };
}

/** How long one try may take, ms. */
export function timeoutOf(action: CustomAction): number {
  return Math.min(120_000, Math.max(100, durationMs(action.timeout ?? 'PT10S')));
}

/**
 * May the service be told of this person? Whoever does not allow it is left out of the call alone, not of the journey (journeys
 * C14). Mail needs a yes; the rest is allowed until somebody says no (design §7 "Identity").
 */
export function isAllowed({ consent: purpose }: CustomAction, { consent }: Pick<ProfileView, 'consent'>): boolean {
  if (purpose === undefined) return true;
  return purpose === 'email-marketing' ? consent[purpose] === true : consent[purpose] !== false;
}

/** What fills in a template. */
export interface Fill {
  scope: Scope;
  options: RenderOptions;
  keepsNull: boolean;
}

function textOf(source: string, { scope, options }: Fill, mode: 'text' | 'url' = 'text'): string {
  return source.includes('{') ? templateOf(source, mode).render(scope, options) : source;
}

/** A text with its places filled in. */
export function filledText(source: string, scope: Scope, options: RenderOptions): string {
  return textOf(source, { scope, options, keepsNull: false });
}

/** Letters beyond those of a header go as the bytes of UTF-8. */
function headerOf(source: string, fill: Fill): string {
  return Buffer.from(textOf(source, fill).replace(/\p{Cc}/gu, ''), 'utf8').toString('latin1');
}

/** JSON with its texts filled in. Throws what the language throws. */
export function filledBody(value: unknown, fill: Fill): unknown {
  return filled(value, fill) ?? null;
}

function filled(value: unknown, fill: Fill): unknown {
  if (typeof value === 'string')
    return value.startsWith('=')
      ? expressionOf(value.slice(1)).evaluate(fill.scope, fill.options)
      : textOf(value, fill);
  if (Array.isArray(value)) return value.map((one) => filled(one, fill) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).map(([name, one]) => [name, filled(one, fill) ?? null] as const);
  return Object.fromEntries(fill.keepsNull ? pairs : pairs.filter(([, one]) => one !== null));
}

/** How a try ended: an answer to go on with, or a failure that may be tried again after a while; `reason` where the status does not tell. */
export type Outcome =
  | { kind: 'ok'; status: string; value: unknown }
  | { kind: 'failed'; status: string; value: unknown; reason: string | null }
  | { kind: 'again'; status: string; value: unknown; reason: string | null; afterMs: number };

/** One try of a call. */
export interface Try {
  /** From 1. */
  no: number;
  /** Uniform in [0, 1), for jitter. */
  chance: number;
}

/** Never worth a second try: the same request gets the same answer (trust §2.4). 401, 403 and 404 are those of journeys C11. */
const isFinal = (status: number) => status < 500 && status !== 408 && status !== 429;

/** What an answer, or its absence, says: of the call, and of the service. */
export type Verdict = { status: string; value: unknown; heard: Heard } & (
  | { ok: true }
  /** `again`: the same call may do better; `wantedMs`: not before so long. */
  | { ok: false; reason: string | null; again: boolean; wantedMs: number | null }
);

/**
 * Judges an answer. Pure. Status words are those of journeys C9.
 * @param real the machine's time, UTC ms, by which a date in `Retry-After` is meant
 */
export function verdictOf(answer: CallAnswer | Error, real: number): Verdict {
  if (answer instanceof Error) {
    const status = answer instanceof CallTimeout ? 'timedout' : 'internalError';
    // What we refused to call or to take in is refused the next time too.
    const isOurs = answer instanceof BeckonError;
    const heard = isOurs && answer.code !== errors.ACTION_ANSWER_REFUSED.code ? 'none' : 'down';
    return { ok: false, status, value: {}, heard, reason: answer.message, again: !isOurs, wantedMs: null };
  }
  const value = parsed(answer.text);
  const status = `http_${answer.status}`;
  if (answer.status >= 200 && answer.status < 300) {
    if (value !== undefined) return { ok: true, status, value, heard: 'up' };
    const reason = `The answer is no JSON (${(answer.headers['content-type'] ?? 'of no type').slice(0, 80)})`;
    return { ok: false, status: 'internalError', value: {}, heard: 'down', reason, again: false, wantedMs: null };
  }
  const again = !isFinal(answer.status);
  const wantedMs = again ? retryAfterMs(answer, real) : null;
  const failed = { ok: false, status, value: { errorResponse: value ?? null }, reason: null } as const;
  return { ...failed, heard: again ? 'down' : 'odd', again, wantedMs };
}

/** What becomes of one try by a verdict. Pure. */
export function outcomeOf(action: CustomAction, verdict: Verdict, { no, chance }: Try): Outcome {
  const { status, value } = verdict;
  if (verdict.ok) return { kind: 'ok', status, value };
  const { reason, again, wantedMs } = verdict;
  if (!again || no > (action.retries ?? 3)) return { kind: 'failed', status, value, reason };
  return { kind: 'again', status, value, reason, afterMs: wantedMs ?? backOffMs(action, no, chance) };
}

/** 1, 2, 4 … seconds, at most ten minutes, a fifth more or less (or as the action says). Pure. */
export function backOffMs({ backOff = {} }: CustomAction, no: number, chance: number): number {
  const first = durationMs(backOff.first ?? 'PT1S');
  const most = durationMs(backOff.most ?? 'PT10M');
  return Math.min(most, first * 2 ** Math.min(no - 1, 30)) * (0.8 + 0.4 * chance);
}

/** Longest time that a service may ask us to stay away, ms. */
const retryAfterLimit = 3_600_000;

/**
 * What `Retry-After` asks for, as seconds or as a date, at most an hour; null when it asks for nothing that can be read.
 * A date is meant by the clock of the service, which `Date` shows.
 */
function retryAfterMs({ headers }: CallAnswer, real: number): number | null {
  const wanted = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(wanted)) return Math.min(Number(wanted) * 1000, retryAfterLimit);
  const at = /[a-z]{3}.*\d/i.test(wanted) ? Date.parse(wanted) : NaN;
  if (Number.isNaN(at)) return null;
  const there = Date.parse(headers['date'] ?? '');
  return Math.min(Math.max(0, at - (Number.isNaN(there) ? real : there)), retryAfterLimit);
}

/** Objects and lists of an answer may lie this deep in one another. */
const depthLimit = 64;

/** JSON of an answer, nothing for an empty body; undefined when it is no JSON or nested beyond reason. */
function parsed(body: string): unknown {
  const text = body.replace(/^\uFEFF/, '');
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isDeep(value, depthLimit) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((one) => isDeep(one, left - 1));
}
