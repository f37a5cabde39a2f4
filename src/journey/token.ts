import { durationMs, sha256 } from '../base/index.ts';
import type { RenderOptions } from '../language/index.ts';
import { expressionOf, filledText, requestOf, timeoutOf, verdictOf, type Verdict } from './action.ts';
import { assertionOf, type AssertionParts } from './assertion.ts';
import type { Caller, CallRequest } from './call.ts';
import type { CustomAction } from './definition.ts';
import { withoutSecrets } from './secret.ts';

/** A token is asked for anew this long before it expires, at most, ms: a call may take a while. */
const aheadMs = 30_000;
/** So long a token is good whose answer does not say (journeys C6), ms. */
const usualMs = 3_600_000;
const longest = 16 * 1024;

/** What a token is asked for with. */
export interface TokenParts {
  call: Caller;
  secrets: ReadonlyMap<string, string>;
  options: RenderOptions;
  /** The machine's time, UTC ms: tokens expire by it, whatever the time of the journey. */
  real(): number;
}

/** A token that could not be had: judged as the call itself would be, so that it is tried again where that makes sense. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super('The service gave no token');
    this.verdict = verdict;
  }
}

interface Kept {
  token: Promise<string>;
  until: number;
}

/**
 * Tokens of two steps (journeys C6): asked for once, shared by all calls of a journey that name the same, kept in memory by
 * each process until they expire. Who asks meanwhile waits for the same answer.
 */
export class Tokens {
  readonly #kept = new Map<string, Kept>();

  /** @throws TokenRefused, and what the language throws */
  async of(action: CustomAction, journey: string, parts: TokenParts): Promise<string | null> {
    if (action.token === undefined) return null;
    const key = keyOf(action, journey, parts.secrets);
    const known = this.#kept.get(key);
    if (known && known.until > parts.real()) return known.token;
    const asked = ask(action, parts);
    // Until it is given nobody asks beside it.
    const kept: Kept = { token: asked.then(({ token }) => token), until: Infinity };
    kept.token.catch(() => {}); // who asked is told below
    this.#kept.set(key, kept);
    try {
      kept.until = (await asked).until;
    } catch (error) {
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
      throw error;
    }
    return kept.token;
  }

  /** The service does not take it any more. */
  forget(action: CustomAction, journey: string, secrets: ReadonlyMap<string, string>): void {
    this.#kept.delete(keyOf(action, journey, secrets));
  }
}

/** Another secret asks for another token. */
function keyOf({ token }: CustomAction, journey: string, secrets: ReadonlyMap<string, string>): string {
  return sha256(JSON.stringify([journey, token, [...secrets].sort(([a], [b]) => (a < b ? -1 : 1))]));
}

async function ask(action: CustomAction, parts: TokenParts): Promise<{ token: string; until: number }> {
  const { secrets, options, real } = parts;
  const hide = (text: string) =>
    withoutSecrets(text, new Map([...secrets].map(([name, value]) => [value, `~${name}~`])));
  const request = tokenRequest(action, { ...parts, real: real() });
  const given = await parts.call(request).catch((error: unknown) => error as Error);
  const verdict = verdictOf(given, real());
  if (!verdict.ok) {
    const why = `No token: ${verdict.status}${verdict.reason === null ? '' : `, ${hide(verdict.reason)}`}`;
    // What the service says to a wrong client is nothing that a run may read.
    throw new TokenRefused({ ...verdict, value: {}, reason: why });
  }
  const scope = { response: verdict.value };
  const token = expressionOf(action.token!.value ?? 'response.access_token').evaluate(scope, options);
  if (typeof token !== 'string' || token === '' || token.length > longest || /\p{Cc}/u.test(token)) {
    const reason = 'No token: there is none where it should be in the answer';
    const failed = {
      ok: false,
      status: 'internalError',
      value: {},
      heard: 'odd',
      again: false,
      wantedMs: null,
    } as const;
    throw new TokenRefused({ ...failed, reason });
  }
  const lastsMs = lastingMs(action, verdict.value);
  return { token, until: real() + Math.max(0, lastsMs - Math.min(aheadMs, lastsMs / 10)) };
}

function lastingMs({ token }: CustomAction, answer: unknown): number {
  if (token!.lasts !== undefined) return durationMs(token!.lasts);
  const seconds = Number((answer as { expires_in?: unknown } | null)?.expires_in ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : usualMs;
}

/** The request for the token: it sees the secrets, and nobody's data. Pure. */
export function tokenRequest(action: CustomAction, parts: AssertionParts): CallRequest {
  const { secrets, options } = parts;
  const { url, method = 'POST', headers = {}, form, body, assertion } = action.token!;
  const signed = assertion === undefined ? {} : { assertion: assertionOf(assertion, parts) };
  const scope = { secret: Object.fromEntries(secrets), ...signed };
  const asking: CustomAction = { kind: 'action', name: 'Token', next: '', url, method, headers };
  const made = requestOf(body === undefined ? asking : { ...asking, body }, scope, { key: '', options });
  const { 'idempotency-key': _none, ...told } = made.headers;
  const shown = action.certificate === undefined ? {} : { certificate: secrets.get(action.certificate)! };
  const request = { ...made, ...shown, headers: told, timeoutMs: timeoutOf(action) };
  if (form === undefined || method === 'GET') return request;
  const pairs = Object.entries(form).map(([name, value]) => [name, filledText(value, scope, options)]);
  const text = new URLSearchParams(pairs as [string, string][]).toString();
  return { ...request, headers: { ...told, 'content-type': 'application/x-www-form-urlencoded' }, body: text };
}
