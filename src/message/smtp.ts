import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { point } from '../base/index.ts';
import type { SendResult } from './result.ts';
import type { Transport, WireMail } from './transport.ts';

export interface SmtpOptions {
  /** `smtp://user:pass@host:port` or `smtps://…`; `?tls=required` refuses a relay without STARTTLS. */
  url: string;
  /** Connections at most (trust §1.13: five; a loopback relay bears more). */
  width?: number;
  /** Mails on one connection before a new one is made. */
  perConnection?: number;
  /** Silence on the socket that counts as lost, ms. RFC 5321 §4.5.3.2 asks for ten minutes after the final dot. */
  socketTimeout?: number;
  connectTimeout?: number;
  /** Name told in EHLO. */
  name?: string;
}

interface Session {
  connection: SMTPConnection;
  sent: number;
  /** Set when the connection fails outside a send. */
  broken: boolean;
}

interface WireError extends Error {
  responseCode?: number;
  response?: string;
}

/**
 * SMTP over a small pool of our own on nodemailer's connection. Its ready-made pool is not used: that one reads the body
 * ahead before MAIL FROM, so a short mail would look handed over although the server never asked for it. Here the body
 * is first read after the server's 354, which makes `bodyEnded` exact (trust §2.3).
 */
export class SmtpTransport implements Transport {
  readonly name = 'smtp';
  readonly width: number;
  readonly #options: SmtpOptions;
  readonly #idle: Session[] = [];
  readonly #busy = new Set<Session>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;
  #closed = false;

  constructor(options: SmtpOptions) {
    this.#options = options;
    this.width = options.width ?? 5;
  }

  async send(mail: WireMail): Promise<SendResult> {
    await this.#turn();
    let session: Session | undefined;
    try {
      session = await this.#session();
    } catch (error) {
      this.#leave();
      return failure(error as WireError, 'session', false);
    }
    const result = await this.#sendOn(session, mail);
    this.#leave();
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const session of this.#idle.splice(0)) session.connection.quit();
    for (const session of this.#busy) session.connection.close();
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

  async #session(): Promise<Session> {
    if (this.#closed) throw new Error('the transport is closed');
    for (let kept = this.#idle.pop(); kept; kept = this.#idle.pop()) if (!kept.broken) return kept;
    return this.#connect();
  }

  #connect(): Promise<Session> {
    const { auth, ...options } = connectionOptions(this.#options);
    const connection = new SMTPConnection(options);
    const session: Session = { connection, sent: 0, broken: false };
    const breaks = () => (session.broken = true);
    connection.on('error', breaks).once('end', breaks);
    return new Promise((resolve, reject) => {
      const settle = (error?: Error | null) => {
        connection.off('error', settle).off('end', settle);
        if (!error && !session.broken) return resolve(session);
        connection.close();
        reject(error ?? new Error('the connection was closed during the greeting'));
      };
      connection.on('error', settle).on('end', settle);
      connection.connect((error) => {
        if (error || !auth) settle(error);
        else connection.login(auth, (refused) => settle(refused));
      });
    });
  }

  async #sendOn(session: Session, mail: WireMail): Promise<SendResult> {
    this.#busy.add(session);
    const result = await transfer(session, mail);
    this.#busy.delete(session);
    session.sent++;
    const healthy = result.kind === 'accepted' && !session.broken && !this.#closed;
    if (healthy && session.sent < (this.#options.perConnection ?? 100)) this.#idle.push(session);
    else if (healthy) session.connection.quit();
    else session.connection.close();
    return result;
  }
}

/** One mail on an open session. Resolves with what is known, never rejects. */
function transfer({ connection }: Session, mail: WireMail): Promise<SendResult> {
  let bodyEnded = false;
  const body = bodyOf(mail.raw);
  body.once('end', () => {
    bodyEnded = true;
    setImmediate(() => point('message.dot'));
  });
  return new Promise((resolve) => {
    const done = (result: SendResult) => {
      connection.off('error', lost);
      connection.off('end', closed);
      resolve(result);
    };
    const lost = (error: WireError) => done(failure(error, 'mail', bodyEnded));
    const closed = () => done({ kind: 'lost', bodyEnded, why: 'the connection was closed' });
    connection.on('error', lost);
    connection.once('end', closed);
    connection.send({ from: mail.envelope.from, to: [mail.envelope.to] }, body, (error, info) => {
      if (error) lost(error as WireError);
      else done({ kind: 'accepted', response: info?.response ?? '' });
    });
  });
}

/** The mail in pieces, read only when the server has asked for it. */
function bodyOf(raw: Buffer): Readable {
  const piece = 32 * 1024;
  let at = 0;
  return new Readable({
    read() {
      if (at >= raw.length) {
        point('message.body');
        this.push(null);
        return;
      }
      this.push(raw.subarray(at, at + piece));
      at += piece;
    },
  });
}

function failure(error: WireError, stage: 'session' | 'mail', bodyEnded: boolean): SendResult {
  const code = error.responseCode;
  if (typeof code !== 'number' || code < 200) return { kind: 'lost', bodyEnded, why: error.message };
  return { kind: 'answered', stage: code === 421 ? 'session' : stage, code, response: error.response ?? error.message };
}

function connectionOptions(options: SmtpOptions) {
  const url = new URL(options.url);
  const secure = url.protocol === 'smtps:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: url.searchParams.get('tls') === 'required',
    connectionTimeout: options.connectTimeout ?? 30_000,
    greetingTimeout: options.connectTimeout ?? 30_000,
    socketTimeout: options.socketTimeout ?? 600_000,
    ...(options.name === undefined ? {} : { name: options.name }),
    auth:
      url.username === ''
        ? null
        : { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password), method: false as const },
  };
}
