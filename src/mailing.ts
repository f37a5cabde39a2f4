import {
  CapturingTransport,
  type Deliver,
  openMailboxServer,
  SmtpTransport,
  type MailboxStore,
  type Transport,
} from './message/index.ts';
import type { Settings } from './settings.ts';

/** The way out for mail: SMTP to the given server, or to the built-in mailbox; and a switch to catch everything. */
export async function openTransport(settings: Settings, mailbox: MailboxStore) {
  const server = settings.smtpUrl === null ? await openMailboxServer(mailbox) : null;
  const smtp = new SmtpTransport({
    url: settings.smtpUrl ?? server!.url,
    ...(server ? { width: 10, perConnection: 1000 } : {}),
  });
  let current: Transport = smtp;
  const out: Transport = {
    get name() {
      return current.name;
    },
    get width() {
      return current.width;
    },
    send: (mail) => current.send(mail),
    close: () => smtp.close(),
  };
  return {
    out,
    isMailbox: server !== null,
    /** Hands every mail to `deliver` instead of sending it, until `release`. */
    catchAll(deliver: Deliver) {
      current = new CapturingTransport(deliver);
    },
    release() {
      current = smtp;
    },
    async close() {
      await smtp.close();
      await server?.close();
    },
  };
}

/** The shop's name is the one its mails come from. */
export function shopNameOf(from: string | null): string {
  return /^\s*"?([^"<]+?)"?\s*</.exec(from ?? '')?.[1] ?? 'Beckon';
}
