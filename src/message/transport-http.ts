import { Agent as PlainAgent, request as requestPlain, type IncomingHttpHeaders } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import type { SendResult } from './result.ts';
import type { Transport, WireMail } from './transport.ts';

/** One call to a provider. */
export interface HttpCall {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Its JSON, or an empty object. */
  json: Record<string, unknown>;
}

/** How one provider is spoken to. Pure: what is said, and what the answer means. */
export interface HttpProvider {
  name: string;
  /** Real time for which a key is remembered, so that the same mail may be handed over again; absent: none is. */
  keyWindowMs?: number;
  call(mail: WireMail): HttpCall;
  judge(answer: HttpAnswer): SendResult;
}

export interface HttpOptions {
  /** Where the provider is: `https://api.postmarkapp.com`. */
  origin: string;
  width?: number;
  /** Silence that counts as lost, ms. */
  timeoutMs?: number;
}

/** An answer of a provider is short; more than this is none. */
const longestAnswer = 256 * 1024;

/**
 * A provider's HTTP API. Once the connection stands, the request is on its way: without an answer from then on nobody
 * knows, whatever error the system reports (trust §2.3). Before that nothing was handed over.
 */
export class HttpTransport implements Transport {
  readonly name: string;
  readonly width: number;
  readonly keyWindowMs: number;
  readonly #provider: HttpProvider;
  readonly #options: HttpOptions;
  readonly #agent: PlainAgent | TlsAgent;

  constructor(provider: HttpProvider, options: HttpOptions) {
    this.name = provider.name;
    this.width = options.width ?? 5;
    this.keyWindowMs = provider.keyWindowMs ?? 0;
    this.#provider = provider;
    this.#options = options;
    const pool = { keepAlive: true, maxSockets: this.width };
    this.#agent = options.origin.startsWith('https:') ? new TlsAgent(pool) : new PlainAgent(pool);
  }

  async send(mail: WireMail): Promise<SendResult> {
    const answer = await this.#ask(this.#provider.call(mail));
    return 'status' in answer ? judged(answer, this.#provider) : answer;
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  #ask({ path, headers, body }: HttpCall): Promise<HttpAnswer | SendResult> {
    const url = new URL(path, this.#options.origin);
    const how = {
      method: 'POST',
      agent: this.#agent,
      headers: { ...headers, 'content-length': String(body.length) },
      timeout: this.#options.timeoutMs ?? 60_000,
    };
    return new Promise((resolve) => {
      let handedOver = false;
      const lost = (error: Error) => resolve({ kind: 'lost', bodyEnded: handedOver, why: error.message });
      const call = (url.protocol === 'https:' ? requestTls : requestPlain)(url, how, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece: string) => {
          text += piece;
          if (text.length > longestAnswer) answer.destroy(new Error('the answer does not end'));
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: jsonOf(text) }),
        );
        answer.on('error', lost);
        answer.on('close', () => lost(new Error('the answer was cut off')));
      });
      call.on('socket', (socket) => {
        const stands = () => (handedOver = true);
        if (!socket.connecting) return void stands();
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', stands);
      });
      call.on('timeout', () => call.destroy(new Error('no answer in time')));
      call.on('error', lost);
      call.end(body);
    });
  }
}

/** What is the same with all: too many at once, keys that are not good, faults on their side. */
function judged(answer: HttpAnswer, provider: HttpProvider): SendResult {
  const { status } = answer;
  const says = (stage: 'session' | 'mail', code: number): SendResult => ({
    kind: 'answered',
    stage,
    code,
    response: `${code} ${provider.name} ${status}: ${answer.text.replace(/\s+/g, ' ').slice(0, 300)}`,
    ...waitOf(answer),
  });
  if (status === 429 || status === 503) return says('session', 421);
  if (status === 401 || status === 403 || status === 404) return says('session', 535);
  // Who stood between, or broke down in the middle, does not say whether the mail was taken.
  if (status >= 500) return { kind: 'lost', bodyEnded: true, why: `${provider.name} answered ${status}` };
  if (status >= 300 && status < 400) return says('session', 421);
  return provider.judge(answer);
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3); a date says nothing without both clocks. */
function waitOf({ headers }: HttpAnswer): { retryAfterMs?: number } {
  const given = headers['retry-after']?.trim() ?? '';
  return /^\d{1,6}$/.test(given) ? { retryAfterMs: Number(given) * 1000 } : {};
}

/** Taken, with the provider's id of it; without one it is not believed (row 50). */
export function takenAs(id: unknown, answer: HttpAnswer): SendResult {
  if (typeof id === 'string' && id !== '') return { kind: 'accepted', response: `250 ${id.slice(0, 200)}` };
  return { kind: 'lost', bodyEnded: true, why: `answer ${answer.status} without an id: ${answer.text.slice(0, 100)}` };
}

/** Refused for good, or about us and not about the recipient. */
export function refusedAs(answer: HttpAnswer, about: { us: boolean; code?: number }): SendResult {
  const code = about.code ?? 550;
  const response = `${code} ${answer.text.replace(/\s+/g, ' ').slice(0, 300)}`;
  return { kind: 'answered', stage: about.us ? 'session' : 'mail', code, response };
}

function jsonOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}
