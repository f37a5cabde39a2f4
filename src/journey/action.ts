import { durationMs } from '../base/index.ts';
import {
  compileExpression,
  compileTemplate,
  type Expression,
  type RenderOptions,
  type Scope,
  type Template,
} from '../language/index.ts';
import type { CustomAction } from './definition.ts';
import { answerLimit, CallTimeout, type CallAnswer, type CallRequest } from './call.ts';

const expressions = new Map<string, Expression>();
const templates = new Map<string, Template>();

/** An expression, compiled once. */
export function expressionOf(source: string): Expression {
  let known = expressions.get(source);
  if (!known) expressions.set(source, (known = compileExpression(source)));
  return known;
}

function templateOf(source: string): Template {
  let known = templates.get(source);
  if (!known) templates.set(source, (known = compileTemplate(source, { mode: 'text' })));
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
  const body = action.body === undefined ? null : JSON.stringify(filled(action.body, scope, more.options));
  const headers: Record<string, string> = { accept: 'application/json', 'idempotency-key': more.key };
  if (body !== null) headers['content-type'] = 'application/json';
  for (const [name, value] of Object.entries(action.headers ?? {}))
    headers[name.toLowerCase()] = text(value, scope, more.options).replace(/[\r\n]/g, '');
  const timeoutMs = Math.min(120_000, Math.max(100, durationMs(action.timeout ?? 'PT10S')));
  return {
    method: action.method,
    url: text(action.url, scope, more.options),
    headers,
    body: action.method === 'GET' ? null : body,
    timeoutMs,
  };
}

function text(source: string, scope: Scope, options: RenderOptions): string {
  return source.includes('{') ? templateOf(source).render(scope, options) : source;
}

function filled(value: unknown, scope: Scope, options: RenderOptions): unknown {
  if (typeof value === 'string')
    return value.startsWith('=') ? expressionOf(value.slice(1)).evaluate(scope, options) : text(value, scope, options);
  if (Array.isArray(value)) return value.map((one) => filled(one, scope, options) ?? null);
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).map(([name, one]) => [name, filled(one, scope, options)] as const);
  return Object.fromEntries(pairs.filter(([, one]) => one !== null && one !== undefined));
}

/** How a try ended: an answer to go on with, or a failure that may be tried again after a while. */
export type Outcome =
  | { kind: 'ok'; status: string; value: unknown }
  | { kind: 'failed'; status: string; value: unknown }
  | { kind: 'again'; status: string; afterMs: number };

/** Never worth a second try: the same request gets the same answer (journeys C11). */
const final = new Set([400, 401, 403, 404, 405, 410, 413, 422]);

/**
 * Judges the answer of try number `attempt` (from 1). Pure. Status words are those of journeys C9.
 * @param chance uniform in [0, 1), for jitter
 */
export function outcomeOf(
  action: CustomAction,
  answer: CallAnswer | Error,
  attempt: { no: number; chance: number },
): Outcome {
  const again = attempt.no <= (action.retries ?? 3);
  const backOff = Math.min(600_000, 1000 * 2 ** (attempt.no - 1)) * (0.8 + 0.4 * attempt.chance);
  if (answer instanceof Error) {
    const status = answer instanceof CallTimeout ? 'timedout' : 'internalError';
    return again ? { kind: 'again', status, afterMs: backOff } : { kind: 'failed', status, value: {} };
  }
  const status = `http_${answer.status}`;
  const value = answer.text.length > answerLimit ? undefined : parsed(answer.text);
  if (answer.status >= 200 && answer.status < 300) {
    return value === undefined ? { kind: 'failed', status: 'internalError', value: {} } : { kind: 'ok', status, value };
  }
  if (!again || final.has(answer.status)) return { kind: 'failed', status, value: { errorResponse: value ?? null } };
  const wanted = Number(answer.headers['retry-after']);
  return {
    kind: 'again',
    status,
    afterMs: Number.isFinite(wanted) && wanted >= 0 ? Math.min(wanted, 3600) * 1000 : backOff,
  };
}

function parsed(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
