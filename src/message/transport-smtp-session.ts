import { createHmac } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { point } from '../base/index.ts';
import type { SendResult } from './result.ts';
import type { WireMail } from './transport.ts';

/** A mail host, and how to speak to it. */
export interface SmtpTarget {
  host: string;
  port: number;
  /** TLS from the first byte. */
  secure: boolean;
  /** `required` refuses a host without STARTTLS, `off` never asks for it, `unverified` takes any certificate. */
  tls: 'offered' | 'required' | 'off' | 'unverified';
  auth: { user: string; pass: string } | null;
  /** Name told in EHLO. */
  name: string;
  /** Ask for delivery reports where the host can (RFC 3461). */
  dsn: boolean;
  /** Until the session is open, ms. */
  connectTimeout: number;
  /** Silence that counts as lost, ms. RFC 5321 §4.5.3.2 asks for ten minutes after the final dot. */
  socketTimeout: number;
}

interface Reply {
  code: number;
  text: string;
}

/** The host answered, and not with what was asked for. */
export class SmtpRefusal extends Error {
  readonly reply: Reply;
  constructor(reply: Reply) {
    super(reply.text);
    this.reply = reply;
  }
}

/** More than this without the end of a reply is no mail host. */
const longestReply = 64 * 1024;

/**
 * One SMTP connection (RFC 5321, with PIPELINING, SIZE, SMTPUTF8 and DSN where offered). It knows exactly whether the
 * final dot was handed over, which is all that decides whether a mail may be tried again (trust §2.3).
 */
export class SmtpSession {
  /** What EHLO offered, in capitals, with its parameters. */
  readonly offers = new Map<string, string>();
  /** Mails taken on this connection. */
  sent = 0;
  /** It cannot be used any more. */
  broken = false;
  readonly #target: SmtpTarget;
  #socket: Socket;
  #text = '';
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];

  private constructor(target: SmtpTarget, socket: Socket) {
    this.#target = target;
    this.#socket = socket;
    this.#listen();
  }

  /** @throws SmtpRefusal when the host refuses the session, an Error when it is not reached or not to be trusted */
  static async open(target: SmtpTarget): Promise<SmtpSession> {
    const { host, port } = target;
    const socket = target.secure ? connectTls({ host, port, ...certificates(target) }) : connectTcp({ host, port });
    const session = new SmtpSession(target, socket);
    socket.setNoDelay(true);
    socket.setTimeout(target.connectTimeout);
    try {
      await session.#greet();
      if (target.auth) await session.#login(target.auth);
    } catch (error) {
      session.destroy();
      throw error;
    }
    socket.setTimeout(0);
    session.#socket.setTimeout(target.socketTimeout);
    return session;
  }

  /** The protocol of the encryption, or null in the clear. */
  get tls(): string | null {
    return this.#socket instanceof TLSSocket ? this.#socket.getProtocol() : null;
  }

  /** The host's own address. */
  get address(): string {
    return this.#socket.remoteAddress ?? '';
  }

  /** One mail. Resolves with what is known of it, never rejects. */
  async deliver(mail: WireMail): Promise<SendResult> {
    const { from, to } = mail.envelope;
    const foreign = hasForeign(`${from}${to}`);
    if (foreign && !this.offers.has('SMTPUTF8')) {
      const response = '553 5.6.7 undeliverable_eai: the mail host does not take addresses beyond ASCII';
      return { kind: 'answered', stage: 'mail', code: 553, response };
    }
    let bodyEnded = false;
    try {
      const refused = await this.#announce(mail, foreign);
      if (refused) return refused;
      const answer = this.#reply();
      const early = await Promise.race([this.#write(stuffed(mail.raw)), answer]);
      if (early) {
        this.destroy();
        return answered(early, 'mail');
      }
      point('message.body');
      bodyEnded = true;
      this.#socket.write('.\r\n', () => point('message.dot'));
      const reply = await answer;
      this.sent++;
      return reply.code < 300 ? { kind: 'accepted', response: reply.text } : answered(reply, 'mail');
    } catch (error) {
      return { kind: 'lost', bodyEnded, why: (error as Error).message };
    }
  }

  /** Takes leave and closes. */
  quit(): void {
    if (!this.broken) this.#socket.end('QUIT\r\n');
    this.broken = true;
  }

  destroy(): void {
    this.#fail(new Error('the connection was given up'));
  }

  /** MAIL, RCPT and DATA, at once where the host takes that (RFC 2920). Gives the refusal, or null to go on. */
  async #announce(mail: WireMail, foreign: boolean): Promise<SendResult | null> {
    const commands = this.#envelope(mail, foreign);
    const stages = ['session', 'mail', 'mail'] as const;
    if (!this.offers.has('PIPELINING')) {
      for (const [n, command] of commands.entries()) {
        const reply = await this.#ask(command);
        if (!isGood(reply, n)) return this.#back(answered(reply, stages[n]!));
      }
      return null;
    }
    const replies = commands.map(() => this.#reply());
    // The first lost reply speaks for all; the others must not be left unheard.
    for (const reply of replies) reply.catch(() => {});
    this.#socket.write(commands.join(''));
    const said = [await replies[0]!, await replies[1]!, await replies[2]!];
    const at = said.findIndex((reply, n) => !isGood(reply, n));
    if (at < 0) return null;
    // A host that waits for a body although it refused: it gets none, and this connection is over.
    if (said[2]!.code === 354) this.destroy();
    return this.#back(answered(said[at]!, stages[at]!));
  }

  #envelope({ envelope: { from, to }, raw }: WireMail, foreign: boolean): [string, string, string] {
    const asks = this.#target.dsn && this.offers.has('DSN');
    const mail = [
      this.offers.has('SIZE') ? ` SIZE=${raw.length}` : '',
      foreign ? ' SMTPUTF8' : '',
      asks ? ` RET=HDRS ENVID=${xtext(from.slice(0, from.lastIndexOf('@'))).slice(0, 100)}` : '',
    ];
    const recipient = asks ? ` NOTIFY=FAILURE,DELAY${hasForeign(to) ? '' : ` ORCPT=rfc822;${xtext(to)}`}` : '';
    return [`MAIL FROM:<${plain(from)}>${mail.join('')}\r\n`, `RCPT TO:<${plain(to)}>${recipient}\r\n`, 'DATA\r\n'];
  }

  /** After a refusal the connection is as new, or over. */
  async #back(refused: SendResult): Promise<SendResult> {
    if (refused.kind === 'answered' && refused.code === 421) this.destroy();
    if (this.broken) return refused;
    const reply = await this.#ask('RSET\r\n').catch(() => null);
    if (reply?.code !== 250) this.destroy();
    return refused;
  }

  async #greet(): Promise<void> {
    const greeting = await this.#reply();
    if (greeting.code !== 220) throw new SmtpRefusal(greeting);
    await this.#hello();
    const { tls, secure, host } = this.#target;
    if (secure || tls === 'off') return;
    if (!this.offers.has('STARTTLS')) {
      if (tls === 'required') throw new Error(`${host} does not offer STARTTLS, which is required`);
      return;
    }
    const ready = await this.#ask('STARTTLS\r\n');
    if (ready.code !== 220) throw new SmtpRefusal(ready);
    await this.#upgrade();
    await this.#hello();
  }

  async #hello(): Promise<void> {
    this.offers.clear();
    let reply = await this.#ask(`EHLO ${this.#target.name}\r\n`);
    if (reply.code === 500 || reply.code === 502) reply = await this.#ask(`HELO ${this.#target.name}\r\n`);
    if (reply.code !== 250) throw new SmtpRefusal(reply);
    for (const line of reply.text.split('\n').slice(1)) {
      const [name = '', ...rest] = line.slice(4).trim().split(/[ =]/);
      this.offers.set(name.toUpperCase(), rest.join(' ').toUpperCase());
    }
  }

  /** What was said in the clear is forgotten: whoever sat on the line could have put it there. */
  async #upgrade(): Promise<void> {
    if (this.#text !== '') throw new Error('the host spoke before TLS was agreed on');
    const bare = this.#socket;
    bare.removeAllListeners();
    const secured = connectTls({ socket: bare, ...certificates(this.#target) });
    this.#socket = secured;
    secured.setNoDelay(true);
    secured.setTimeout(this.#target.connectTimeout);
    this.#listen();
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve: () => reject(new Error('the host spoke before TLS was agreed on')), reject });
      secured.once('secureConnect', () => {
        this.#waiting.shift();
        resolve();
      });
    });
  }

  /** A password goes over TLS, or to this very machine, or where `tls=off` says that this is meant. */
  async #login({ user, pass }: { user: string; pass: string }): Promise<void> {
    const { host, secure, tls } = this.#target;
    const sealed = secure || this.#socket instanceof TLSSocket;
    if (!sealed && tls !== 'off' && !isLoopback(host))
      throw new Error(`${host} does not offer TLS, and the password is not sent in the clear; ?tls=off sends it`);
    const offered = (this.offers.get('AUTH') ?? '').split(' ');
    const secret = (text: string) => `${Buffer.from(text, 'utf8').toString('base64')}\r\n`;
    let reply: Reply;
    if (offered.includes('PLAIN')) reply = await this.#ask(`AUTH PLAIN ${secret(`\0${user}\0${pass}`)}`);
    else if (offered.includes('LOGIN')) {
      await this.#ask('AUTH LOGIN\r\n');
      await this.#ask(secret(user));
      reply = await this.#ask(secret(pass));
    } else if (offered.includes('CRAM-MD5')) {
      const asked = await this.#ask('AUTH CRAM-MD5\r\n');
      const challenge = Buffer.from(asked.text.slice(4), 'base64');
      reply = await this.#ask(secret(`${user} ${createHmac('md5', pass).update(challenge).digest('hex')}`));
    } else throw new Error(`${host} offers none of AUTH PLAIN, LOGIN, CRAM-MD5`);
    if (reply.code !== 235) throw new SmtpRefusal(reply);
  }

  #ask(command: string): Promise<Reply> {
    const reply = this.#reply();
    if (!this.broken) this.#socket.write(command);
    return reply;
  }

  #reply(): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.broken) reject(new Error('the connection was closed'));
      else this.#waiting.push({ resolve, reject });
    });
  }

  /** Resolves when the system has taken all of it. */
  #write(bytes: Buffer): Promise<null> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => (error ? reject(error) : resolve(null)));
    });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.setEncoding('utf8');
    socket.on('data', (piece: string) => this.#hear(piece));
    socket.on('error', (error) => this.#fail(error));
    socket.on('end', () => this.#fail(new Error('the host closed the connection')));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
    socket.on('timeout', () => this.#fail(new Error('no answer in time')));
  }

  #hear(piece: string): void {
    this.#text += piece;
    for (;;) {
      const end = /^\d{3}(?: [^\n]*)?\r?\n/m.exec(this.#text);
      if (!end) break;
      const text = this.#text
        .slice(0, end.index + end[0].length)
        .trimEnd()
        .replaceAll('\r', '');
      this.#text = this.#text.slice(end.index + end[0].length);
      const code = Number(end[0].slice(0, 3));
      if (!/^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?$/.test(text) || code < 200) {
        return this.#fail(new Error(`the host said something that is no reply: ${text.slice(0, 100)}`));
      }
      const waiting = this.#waiting.shift();
      // Said without being asked, such as 421 before it goes.
      if (!waiting) return this.#fail(new Error(text));
      waiting.resolve({ code, text });
    }
    if (this.#text.length > longestReply || /^(?!\d{3}[- \r\n])[^\n]{4,}\n/.test(this.#text))
      this.#fail(new Error('the host said something that is no reply'));
  }

  #fail(error: Error): void {
    this.broken = true;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    if (!this.#socket.destroyed) this.#socket.destroy();
  }
}

/** How a reply is to be read: not good, so what does it refuse? `421` and what is about us refuse the session. */
function answered({ code, text }: Reply, stage: 'session' | 'mail'): SendResult {
  const ours = code === 421 || code === 530 || code === 535;
  const size = stage === 'session' && code === 552;
  return { kind: 'answered', stage: ours ? 'session' : size ? 'mail' : stage, code, response: text };
}

/** 2xx for MAIL and RCPT, 354 for DATA. */
function isGood({ code }: Reply, command: number): boolean {
  return command === 2 ? code === 354 : code < 300;
}

function certificates({ host, tls }: SmtpTarget) {
  return { ...(isIP(host) === 0 ? { servername: host } : {}), rejectUnauthorized: tls !== 'unverified' };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function hasForeign(text: string): boolean {
  return Buffer.byteLength(text) !== text.length;
}

/** Nothing gets from an address into the conversation, whoever let it through (trust M10). */
function plain(address: string): string {
  if (/[^!-;=?-~\u0080-\uffff]/.test(address)) throw new Error('the address has characters that no command may hold');
  return address;
}

/** RFC 3461 §4. */
function xtext(text: string): string {
  return text.replace(/[^!-*,-<>-~]/g, (letter) =>
    [...Buffer.from(letter)].map((octet) => `+${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** A dot at the head of a line is doubled (RFC 5321 §4.5.2), and the last line ends. */
function stuffed(raw: Buffer): Buffer {
  const ends = raw.at(-1) === 10 && raw.at(-2) === 13;
  if (ends && raw[0] !== 46 && !raw.includes('\n.')) return raw;
  const text = raw.toString('latin1').replace(/(^|\n)\./g, '$1..');
  return Buffer.from(ends ? text : `${text}\r\n`, 'latin1');
}
