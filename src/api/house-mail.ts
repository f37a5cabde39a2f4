import type { ShopEvent } from '../event/index.ts';
import type {
  ClickTarget,
  HarmCounts,
  Mirror,
  Provider,
  Suppressions,
  Told,
  UnsubscribePage,
} from '../message/index.ts';
import type { Mail, MailRow } from './contract.ts';

/** Links of mails (`Messages` fits). */
export interface MessageDoor {
  /** Null for a token that is not ours. No effect: the door receives the event, for a GET only. */
  click(token: string): Promise<ClickTarget | null>;
  /** The event that tells that a mail was opened; null for a token that is not ours. */
  open(token: string): Promise<ShopEvent | null>;
  /** A mail in a browser; null for a token that is not ours. */
  mirror(token: string): Promise<Mirror | null>;
  /** What the page behind an unsubscribe link says; null when it is not ours. Reads only. */
  unsubscribePage(token: string): Promise<UnsubscribePage | null>;
  /** Ends it at once and for good; again is harmless; false for a token that is not ours. */
  unsubscribe(token: string): Promise<boolean>;
  /** The list of addresses that get no mail (`Suppressions` fits). */
  suppressions: Pick<Suppressions, 'page' | 'of' | 'counts' | 'add' | 'remove'>;
  /** What mails did to those who got them since a moment; of one journey, or of all. */
  harm(of: { journey: string | null; since: number }): Promise<HarmCounts>;
  /** What a provider's call says, which is genuine already: put down and in effect. */
  told(provider: Provider, call: { source: string; body: unknown; id: string | null }): Promise<Told>;
}

/** The built-in mailbox. */
export interface MailboxDoor {
  /** Newest first. */
  list(): Promise<MailRow[]>;
  get(id: string): Promise<Mail | null>;
}
