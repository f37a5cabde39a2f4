import type { AddressObject, ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { Clock, Ids } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { forgetMails, insertMail, mailById, mailList, type MailboxMail, type MailboxRow } from './table-report.ts';

export type { MailboxMail, MailboxRow };

/** A mail as it was made is kept so long, ms of business time (trust.md §1.12). */
const keptMs = 30 * 86_400_000;

/** The built-in mailbox: mails that never left the house, for newcomers, tests and the invented history. */
export class MailboxStore {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(parts: { store: Store; clock: Clock; ids: Ids }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
  }

  /** Parses a raw mail and keeps it at the business time of now. */
  async put(raw: Buffer, to: string): Promise<MailboxMail> {
    const { simpleParser } = await import('mailparser'); // with the first mail, not with every start
    const parsed = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true });
    const mail: MailboxMail = {
      id: this.#ids.next(),
      to,
      from: textOf(parsed.from),
      subject: parsed.subject ?? '',
      at: this.#clock.now(),
      headers: headersOf(parsed),
      text: parsed.text ?? '',
      html: parsed.html || '',
      raw,
    };
    await insertMail(this.#store, mail);
    return mail;
  }

  /** Newest first; to one address if given. */
  list(options: { limit?: number; to?: string } = {}): Promise<MailboxRow[]> {
    return mailList(this.#store, options.to?.trim().toLowerCase() ?? null, options.limit ?? 200);
  }

  get(id: string): Promise<MailboxMail | null> {
    return mailById(this.#store, id);
  }

  /** Forgets mails that are older than they are kept. @returns how many */
  tidy(): Promise<number> {
    return forgetMails(this.#store, this.#clock.now() - keptMs);
  }
}

/** A running SMTP server that puts all it gets into the mailbox. */
export interface MailboxServer {
  /** `smtp://127.0.0.1:port`, for the SMTP transport. */
  url: string;
  close(): Promise<void>;
}

/** Starts the mailbox's SMTP door on loopback; port 0 takes a free one. It answers 250 after the mail is stored. */
export async function openMailboxServer(mailbox: Pick<MailboxStore, 'put'>, port = 0): Promise<MailboxServer> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    size: 2 * 1024 * 1024,
    banner: 'the mailbox of Beckon',
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
        mailbox.put(Buffer.concat(pieces), to).then(
          () => callback(),
          (error: Error) => callback(error),
        );
      });
    },
  });
  server.on('error', () => {}); // a client that drops its connection is the client's matter
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const address = server.server.address();
  const at = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `smtp://127.0.0.1:${at}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function textOf(from: AddressObject | undefined): string {
  return from?.text ?? '';
}

/** Each header once, by lower-case name, as text on one line. */
function headersOf(parsed: ParsedMail): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { key, line } of parsed.headerLines) {
    const value = line.slice(line.indexOf(':') + 1);
    headers[key] = value.replace(/\r?\n[ \t]*/g, ' ').trim();
  }
  return headers;
}
