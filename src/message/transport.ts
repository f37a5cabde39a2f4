import type { StoredLink } from './message.ts';
import type { SendResult } from './result.ts';

/** A finished mail for one recipient. `key` is the message's idempotency key, for providers that take one. */
export interface WireMail {
  envelope: { from: string; to: string };
  raw: Buffer;
  key: string;
  /** The message's id, for providers that tell later what became of it. */
  message?: string;
  /** What it says, for ways out that show it. */
  says?: MailContent;
}

/** A mail as people see it, before it is put into one message. */
export interface MailContent {
  subject: string;
  html: string;
  text: string;
  links: StoredLink[];
}

/** Takes a mail in place of a mail host. */
export type Deliver = (raw: Buffer, to: string, mail: WireMail) => Promise<void>;

/**
 * The way out of the house. `send` never throws: whatever happens on the wire becomes a `SendResult`. One conformance
 * suite holds for all of them: test/port/transport.test.ts.
 */
export interface Transport {
  readonly name: string;
  /** How many mails may be on the wire at once. */
  readonly width: number;
  /** Real time for which the next hop knows a key again and does not send twice, ms; absent or 0: it has none. */
  readonly keyWindowMs?: number;
  /** It reads nothing but `raw`, so that what a mail says need not be kept until it is sent. */
  readonly rawOnly?: boolean;
  /** Does it take addresses beyond ASCII (RFC 6531)? Null: not known yet; absent: no. */
  readonly utf8?: boolean | null;
  /** Finds that out. */
  takesUtf8?(): Promise<boolean | null>;
  send(mail: WireMail): Promise<SendResult>;
  close(): Promise<void>;
}

/** Takes every mail and hands it to `deliver`: for the invented history and the simulator, where nothing may leave. */
export class CapturingTransport implements Transport {
  readonly name = 'capture';
  readonly width = 8;
  readonly utf8 = true;
  readonly #deliver: Deliver;

  constructor(deliver: Deliver) {
    this.#deliver = deliver;
  }

  async send(mail: WireMail): Promise<SendResult> {
    try {
      await this.#deliver(mail.raw, mail.envelope.to, mail);
      return { kind: 'accepted', response: '250 captured' };
    } catch (cause) {
      return { kind: 'lost', bodyEnded: false, why: (cause as Error).message };
    }
  }

  async close(): Promise<void> {}
}
