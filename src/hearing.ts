import { MailSources, type House } from './api/index.ts';
import type { Rooms } from './app.ts';
import { ImapIntake, openIntake, type ImapPlace } from './message/index.ts';

/** What the doors need to hear of mails: who tells, and a way to fetch what they sign with. */
export function hearingDoors(rooms: Rooms): Pick<House, 'mailSources' | 'fetchText'> {
  const { store, random, settings } = rooms;
  const secret = new TextEncoder().encode(settings.secret);
  return {
    mailSources: new MailSources({ store, random, secret, publicUrl: settings.publicUrl }),
    fetchText: async (url) => {
      const call = { method: 'GET', url, headers: {}, body: null, timeoutMs: 10_000 } as const;
      const answer = await rooms.slots.callOutside(call);
      if (answer.status === 200) return answer.text;
      throw new Error(`${new URL(url).host} answered ${answer.status}`);
    },
  };
}

/** Ways by which returned mail comes in. */
export interface Hearing {
  /** Why a mailbox cannot be read at the moment; null when all is well. */
  fault(): string | null;
  stop(): Promise<void>;
}

/** Listens for returned mail, and reads the mailbox for it, as the settings say. */
export async function openHearing({ settings, clock, log, memory, messages }: Rooms): Promise<Hearing> {
  const letter = (one: Parameters<typeof messages.letter>[0]) => messages.letter(one);
  const isOurs = (address: string) => messages.isOurs(address);
  const { inboundSmtp: smtp = null, inboundImap: imap = null } = settings;
  const listener = smtp && (await openIntake({ ...smtp, log, isOurs, letter }));
  const reader = imap === null ? null : new ImapIntake({ url: imap, clock, log, letter, place: placeOf(memory, imap) });
  reader?.start();
  return {
    fault: () => reader?.fault ?? null,
    async stop() {
      await listener?.close();
      await reader?.stop();
    },
  };
}

/** How far each mailbox has been read; its password is no part of the name. */
function placeOf(memory: Rooms['memory'], url: string) {
  const { hostname, username, pathname } = new URL(url);
  const name = `imap:${username}@${hostname}${pathname}`;
  return { get: () => memory.get<ImapPlace>(name), set: (place: ImapPlace) => memory.set(name, place) };
}
