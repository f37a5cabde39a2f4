import { MailSources, type House } from './api/index.ts';
import type { Rooms } from './app.ts';

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
