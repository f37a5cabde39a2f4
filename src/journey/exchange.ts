import { createHmac } from 'node:crypto';
import type { RenderOptions, Scope } from '../language/index.ts';
import { requestOf } from './action.ts';
import type { CallRequest } from './call.ts';
import type { CustomAction } from './definition.ts';
import { markOf, requireSecrets, secretsOf, withoutSecrets } from './secret.ts';

/** One exchange with a service: what is sent, what may be shown of it, and how what comes back is cleaned of secrets. */
export interface Exchange {
  request: CallRequest;
  /** The same with marks where secrets stand, also where a secret was encoded or put together with something. */
  shown: CallRequest;
  clean(text: string): string;
}

/** What an exchange is made with besides the action and its scope. */
export interface ExchangeParts {
  /** The same on every try of the same action of the same run (trust §2.4). */
  key: string;
  /** Which try it is, from 1. */
  attempt: number;
  /** The machine's time, UTC ms: services compare the time of a signature with their own. */
  real: number;
  options: RenderOptions;
  /** Values of the secrets by name. */
  secrets: ReadonlyMap<string, string>;
  /** That of the action's own `token`, once it has been given. */
  token?: string | null;
}

/** What stands for a token wherever a request is shown. */
const tokenMark = '~token~';

/** Fills in a call. Pure. Throws ACTION_SECRET_MISSING, and what the language throws, cleaned of secrets. */
export function exchangeOf(action: CustomAction, scope: Scope, parts: ExchangeParts): Exchange {
  const names = secretsOf(action);
  requireSecrets(names, parts.secrets);
  const values = new Map(names.map((name) => [name, parts.secrets.get(name)!]));
  const marks = new Map(names.map((name) => [name, markOf(name)]));
  const hidden = new Map([...values].map(([name, value]) => [value, markOf(name)]));
  const token = parts.token ?? null;
  if (token !== null) hidden.set(token, tokenMark);
  try {
    const request = madeOf(action, scope, parts, values);
    if (hidden.size === 0) return { request, shown: request, clean: (text) => text };
    const shown = madeOf(action, scope, { ...parts, token: token === null ? null : tokenMark }, marks);
    for (const [name, value] of Object.entries(request.headers)) {
      if (value === shown.headers[name]) continue;
      // `Basic …` and the like: a value made of a secret is one itself.
      for (const part of value.split(' ')) if (part.length >= 8 && !hidden.has(part)) hidden.set(part, `~${name}~`);
    }
    return { request, shown, clean: (text) => withoutSecrets(text, hidden) };
  } catch (error) {
    if (hidden.size > 0) (error as Error).message = withoutSecrets((error as Error).message, hidden);
    throw error;
  }
}

function madeOf(
  action: CustomAction,
  scope: Scope,
  { key, attempt, real, options, token }: ExchangeParts,
  secrets: ReadonlyMap<string, string>,
): CallRequest {
  const hidden = { secret: Object.fromEntries(secrets), ...(token ? { token } : {}) };
  const made = requestOf(action, { ...scope, ...hidden }, { key, options });
  const { certificate } = action;
  const request = certificate === undefined ? made : { ...made, certificate: secrets.get(certificate)! };
  const headers = { ...request.headers, 'x-beckon-attempt': String(attempt) };
  if (action.sign === undefined) return { ...request, headers };
  const signed = { id: key, at: Math.floor(real / 1000), body: request.body ?? '' };
  return { ...request, headers: { ...headers, ...signatureOf(signed, secrets.get(action.sign)!) } };
}

/** Headers of Standard Webhooks: a service that knows the secret can tell that the body is ours, and when it was sent. */
function signatureOf(
  { id, at, body }: { id: string; at: number; body: string },
  secret: string,
): Record<string, string> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret, 'utf8');
  const mac = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${mac}` };
}
