import { after, type Clock, type Log, type Timer } from '../base/index.ts';
import type { Heeded, Letter } from './letter.ts';

/** How far a mailbox has been read; a new `validity` makes all numbers of its mails new. */
export interface ImapPlace {
  validity: string;
  uid: number;
}

export interface ImapParts {
  /** `imaps://user:password@host/INBOX`, or `imap://…`, which asks for STARTTLS unless the host is this machine. */
  url: string;
  clock: Clock;
  log: Log;
  /** Takes a letter, durably. */
  letter(letter: Letter): Promise<Heeded>;
  place: { get(): Promise<ImapPlace | null>; set(place: ImapPlace): Promise<void> };
  /** Between two looks, real ms; a minute. */
  restMs?: number;
}

/** So far back a mailbox is read that was never read before, ms. */
const backMs = 14 * 86_400_000;
const piece = 50;
/** Nothing that is about a mail of ours is larger, octets. */
const largest = 2 * 1024 * 1024;

/**
 * Reads a mailbox for what comes back of our mails. Where it has come to is kept, so a mail is read once; after a crash in
 * between it is read again and changes nothing. Mails of machines are marked as read; those of people stay as they are,
 * for whoever answers them.
 */
export class ImapIntake {
  readonly #parts: ImapParts;
  #timer: Timer | undefined;
  #passing: Promise<unknown> = Promise.resolve();
  #stopped = true;
  /** Why the mailbox cannot be read at the moment; null when it can. */
  fault: string | null = null;

  constructor(parts: ImapParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.#plan(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#passing;
  }

  /** One look at the mailbox. @returns how many letters were about mails of ours */
  async pass(): Promise<number> {
    try {
      const heeded = await this.#read();
      if (this.fault !== null) this.#parts.log.info('imap.reads-again', {});
      this.fault = null;
      return heeded;
    } catch (error) {
      const why = (error as Error).message;
      if (this.fault === null) this.#parts.log.warn('imap.unreadable', { why });
      this.fault = why;
      return 0;
    }
  }

  #plan(ms: number): void {
    if (this.#stopped) return;
    this.#timer = after(ms, () => {
      this.#passing = this.pass().then(() => this.#plan(this.#parts.restMs ?? 60_000));
    });
  }

  async #read(): Promise<number> {
    const { ImapFlow } = await import('imapflow'); // only where a mailbox is read
    const { path, ...options } = connectionOf(this.#parts.url);
    const client = new ImapFlow({
      ...options,
      logger: false,
      connectionTimeout: 30_000,
      greetingTimeout: 30_000,
      socketTimeout: 120_000,
    });
    // An error after the connection stands ends the command at work as well; this keeps it from ending the process.
    client.on('error', () => {});
    await client.connect();
    try {
      const lock = await client.getMailboxLock(path);
      const validity = client.mailbox === false ? '0' : String(client.mailbox.uidValidity);
      const read = await this.#readNew(client, validity).finally(() => lock.release());
      await client.logout().catch(() => client.close());
      return read;
    } finally {
      client.close();
    }
  }

  async #readNew(client: import('imapflow').ImapFlow, validity: string): Promise<number> {
    const known = await this.#parts.place.get();
    const from = known?.validity === validity ? known.uid : 0;
    const since = new Date(this.#parts.clock.real() - backMs);
    const found = await client.search(from > 0 ? { uid: `${from + 1}:*` } : { since }, { uid: true });
    // "n:*" means the last one even when all are below n.
    const uids = (found === false ? [] : found).filter((uid) => uid > from).sort((a, b) => a - b);
    let heeded = 0;
    for (let at = 0; at < uids.length && !(this.#stopped && this.#timer); at += piece) {
      const some = uids.slice(at, at + piece);
      heeded += await this.#take(client, some);
      await this.#parts.place.set({ validity, uid: some.at(-1)! });
    }
    return heeded;
  }

  async #take(client: import('imapflow').ImapFlow, uids: number[]): Promise<number> {
    const small: number[] = [];
    for await (const { uid, size = 0 } of client.fetch(uids, { uid: true, size: true }, { uid: true }))
      if (size <= largest) small.push(uid);
    const letters: { uid: number; raw: Buffer }[] = [];
    if (small.length > 0)
      for await (const { uid, source } of client.fetch(small, { uid: true, source: true }, { uid: true }))
        if (source) letters.push({ uid, raw: source });
    const ofMachines: number[] = [];
    let heeded = 0;
    for (const { uid, raw } of letters) {
      const what = await this.#parts.letter({ source: 'imap', raw, from: null, to: [] });
      if (what === 'machine') ofMachines.push(uid);
      if (what !== 'strange') heeded++;
    }
    if (ofMachines.length > 0) await client.messageFlagsAdd(ofMachines, [String.raw`\Seen`], { uid: true });
    return heeded;
  }
}

/** Takes an address of a mailbox apart. Pure. */
export function connectionOf(url: string) {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const secure = protocol === 'imaps:';
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 993 : 143) : Number(port),
    secure,
    ...(secure ? {} : { doSTARTTLS: !isHere }),
    auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    path: pathname.length > 1 ? decodeURIComponent(pathname.slice(1)) : 'INBOX',
  };
}
