import { SmtpRefusal, SmtpSession } from './transport-smtp-session.ts';
import { targetOf } from './transport-smtp.ts';

/** What a mail host is like, or why it cannot be had. */
export type SmtpFacts = { offers: string[]; tls: string | null; address: string } | { failed: string };

/** Opens a session as for a mail, looks, and takes leave. */
export async function inspectSmtp(url: string): Promise<SmtpFacts> {
  try {
    const session = await SmtpSession.open(targetOf({ url, connectTimeout: 10_000, socketTimeout: 10_000 }));
    const { tls, address } = session;
    session.quit();
    return { offers: [...session.offers.keys()], tls, address };
  } catch (error) {
    if (error instanceof SmtpRefusal) return { failed: `it answered ${error.reply.text.slice(0, 200)}` };
    return { failed: (error as Error).message };
  }
}
