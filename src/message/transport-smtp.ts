import { hostname } from 'node:os';
import type { SendResult } from './result.ts';
import { SmtpRefusal, SmtpSession, type SmtpTarget } from './transport-smtp-session.ts';
import type { Transport, WireMail } from './transport.ts';

export interface SmtpOptions {
  /**
   * `smtp://user:pass@host:port` or `smtps://…`, with `?tls=required|off|unverified`, `&dsn=off`, `&connections=5`,
   * `&per-connection=100`, `&name=the.name.told.in.ehlo`.
   */
  url: string;
  /** Connections at most (trust §1.13: five; a loopback relay bears more). */
  width?: number;
  /** Mails on one connection before a new one is made. */
  perConnection?: number;
  /** Silence on the socket that counts as lost, ms. RFC 5321 §4.5.3.2 asks for ten minutes after the final dot. */
  socketTimeout?: number;
  connectTimeout?: number;
}

/** SMTP over a small pool of sessions (decision 16). */
export class SmtpTransport implements Transport {
  readonly name = 'smtp';
  readonly rawOnly = true;
  readonly width: number;
  readonly #perConnection: number;
  readonly #target: SmtpTarget;
  readonly #idle: SmtpSession[] = [];
  readonly #busy = new Set<SmtpSession>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #closed = false;
  utf8: boolean | null = null;

  /** Throws an Error for parameters of the address that cannot be. */
  constructor(options: SmtpOptions) {
    const params = new URL(options.url).searchParams;
    this.#target = targetOf(options, params);
    this.width = options.width ?? count(params, 'connections') ?? 5;
    this.#perConnection = options.perConnection ?? count(params, 'per-connection') ?? 100;
  }

  async send(mail: WireMail): Promise<SendResult> {
    await this.#turn();
    try {
      return await this.#sendOn(await this.#session(), mail);
    } catch (error) {
      return refusedSession(error as Error);
    } finally {
      this.#leave();
    }
  }

  /** Does the host take addresses beyond ASCII? Asked once, by a session that the next mail uses. */
  async takesUtf8(): Promise<boolean | null> {
    if (this.utf8 !== null) return this.utf8;
    try {
      this.#keep(await this.#session());
    } catch {
      return null;
    }
    return this.utf8;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const session of this.#idle.splice(0)) session.quit();
    for (const session of this.#busy) session.destroy();
  }

  async #turn(): Promise<void> {
    if (this.#open >= this.width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#open++;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#open--;
  }

  async #session(): Promise<SmtpSession> {
    if (this.#closed) throw new Error('the transport is closed');
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) if (!kept.broken) return kept;
    const session = await SmtpSession.open(this.#target);
    this.utf8 = session.offers.has('SMTPUTF8');
    return session;
  }

  async #sendOn(session: SmtpSession, mail: WireMail): Promise<SendResult> {
    this.#busy.add(session);
    const result = await session.deliver(mail);
    this.#busy.delete(session);
    this.#keep(session);
    return result;
  }

  #keep(session: SmtpSession): void {
    if (session.broken) return;
    if (this.#closed || session.sent >= this.#perConnection) session.quit();
    else this.#idle.push(session);
  }
}

/** No session: whatever the host said, it was not about the recipient (trust row 46). */
function refusedSession(error: Error): SendResult {
  if (!(error instanceof SmtpRefusal)) return { kind: 'lost', bodyEnded: false, why: error.message };
  return { kind: 'answered', stage: 'session', code: error.reply.code, response: error.reply.text };
}

/** How to reach and greet the host that an address names. */
export function targetOf(options: SmtpOptions, params = new URL(options.url).searchParams): SmtpTarget {
  const url = new URL(options.url);
  const secure = url.protocol === 'smtps:';
  const tls = params.get('tls') ?? 'offered';
  if (tls !== 'offered' && tls !== 'required' && tls !== 'off' && tls !== 'unverified')
    throw new Error(`tls=${tls} is none of required, off, unverified`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    tls,
    auth:
      url.username === '' ? null : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    name: params.get('name') ?? ownName(),
    dsn: params.get('dsn') !== 'off',
    connectTimeout: options.connectTimeout ?? 30_000,
    socketTimeout: options.socketTimeout ?? 600_000,
  };
}

/** A host without a name in DNS says its address (RFC 5321 §4.1.3). */
function ownName(): string {
  const name = hostname().toLowerCase();
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(name) ? name : '[127.0.0.1]';
}

function count(params: URLSearchParams, name: string): number | undefined {
  const given = params.get(name);
  if (given === null) return undefined;
  if (!/^[1-9]\d{0,3}$/.test(given)) throw new Error(`${name}=${given} is not a number from 1 to 9999`);
  return Number(given);
}
