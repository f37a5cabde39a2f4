import type { ShopEvent } from '../event/index.ts';
import type {
  ChoicePage,
  Choosing,
  Posting,
  PostingState,
  Topic,
  ClickTarget,
  GoldenKey,
  HarmCounts,
  CouponPools,
  LivePicture,
  Senders,
  Messages,
  Mirror,
  Provider,
  Pacing,
  Sending,
  Suppressions,
  Templates,
  Told,
  UnsubscribePage,
} from '../message/index.ts';
import type { Mail, MailRow } from './contract.ts';
import type { ComponentPreview, TemplatePreview, TemplateProof } from './contract-message.ts';

/** Links of mails (`Messages` fits). */
export interface MessageDoor {
  /** Null for a token that is not ours. No effect: the door receives the event, for a GET only. */
  click(token: string): Promise<ClickTarget | null>;
  /** The event that tells that a mail was opened; null for a token that is not ours. */
  open(token: string): Promise<ShopEvent | null>;
  /** What an item of a mail costs and whether it can be had, drawn now; null for a token that is not ours. */
  livePicture(token: string): Promise<LivePicture | null>;
  /** The page of an item of a mail, or of what stands in for it now; null for a token that is not ours. */
  livePage(token: string): string | null;
  /** A mail in a browser; null for a token that is not ours. */
  mirror(token: string): Promise<Mirror | null>;
  /** What the page behind an unsubscribe link says; null when it is not ours. Reads only. */
  unsubscribePage(token: string): Promise<UnsubscribePage | null>;
  /** Ends the sender's list, or everything, at once; again is harmless; false for a token that is not ours. */
  unsubscribe(token: string, everything?: boolean): Promise<boolean>;
  /** What the page says on which people choose; null when it is not ours. Reads only. */
  choices(token: string): Promise<ChoicePage | null>;
  /** What was chosen holds before the next claim; false for a token that is not ours. */
  choose(token: string, chosen: Choosing): Promise<boolean>;
  /** Whoever unsubscribed comes back; false for those who stay out. */
  comeBack(token: string, wording: string): Promise<boolean>;
  topics(): Promise<Topic[]>;
  putTopic(topic: Topic): Promise<void>;
  removeTopic(key: string): Promise<boolean>;
  /** One mail that a program of the shop asks for; planned once a key. */
  post(posting: Posting): Promise<PostingState>;
  /** Where such a mail stands; null when there is none. */
  posted(by: { id: string } | { key: string }): Promise<PostingState | null>;
  /** The list of addresses that get no mail (`Suppressions` fits). */
  suppressions: Pick<Suppressions, 'page' | 'of' | 'counts' | 'add' | 'remove'>;
  /** What mails did to those who got them since a moment; of one journey, or of all. */
  harm(of: { journey: string | null; since: number }): Promise<HarmCounts>;
  /** What a provider's call says, which is genuine already: put down and in effect. */
  told(provider: Provider, call: { source: string; body: unknown; id: string | null }): Promise<Told>;
}

/** As whom a template is shown. */
export interface Whom {
  profileId?: string;
  run?: string;
  golden?: GoldenKey;
  language?: string;
}

/** Templates of mails (`Templates` fits), shown and proved as real people. */
export type TemplateDoor = Pick<
  Templates,
  | 'list'
  | 'get'
  | 'put'
  | 'publish'
  | 'restore'
  | 'versions'
  | 'version'
  | 'difference'
  | 'check'
  | 'themes'
  | 'components'
> & {
  /** A component in a mail that shows nothing else; with a document one that is not stored. Throws MESSAGE_COMPONENT_*. */
  showComponent(key: string, whom: Pick<Whom, 'golden' | 'language'>, document?: unknown): Promise<ComponentPreview>;
  /** With a document that one, otherwise the newest version. */
  preview(key: string, whom: Whom, document?: unknown): Promise<TemplatePreview>;
  /** A mail with one of everything in a theme that is not saved, and what in it is hard to read. Throws MESSAGE_TEMPLATE_INVALID. */
  wear(theme: unknown, language?: string): Promise<{ html: string; faint: { where: string; ratio: number }[] }>;
  /** Throws MESSAGE_ADDRESS_REFUSED; then none is sent. */
  proof(key: string, whom: Whom, to: readonly string[]): Promise<TemplateProof>;
};

/** The send ledger's numbers, and the switch that holds back all mail (`Messages` fits). */
export interface LedgerDoor extends Pick<Messages, 'ledger' | 'ledgerMessages' | 'ledgerStory' | 'release'> {
  sending: Pick<Sending, 'state' | 'freeze' | 'thaw'>;
  /** What slows mail down (`Pacing` fits). */
  pacing: Pick<Pacing, 'state' | 'setRate' | 'warmUp' | 'endWarmUp' | 'release' | 'tell'>;
}

/** In whose names mails go out (`Senders` fits), with a look at whether each of them will be believed. */
export interface SenderDoor extends Pick<Senders, 'list' | 'get' | 'put' | 'remove'> {
  /** Names of the ways out that a sender may choose. */
  ways(): string[];
  /** Asks DNS and the mail host, changing nothing. Throws MESSAGE_SENDER_UNKNOWN. */
  check(key: string): Promise<{ level: 'ok' | 'warn' | 'fail'; what: string; mend?: string }[]>;
}

/** Codes of which each recipient gets one (`CouponPools` fits). */
export type CouponDoor = Pick<CouponPools, 'list' | 'get' | 'put' | 'remove' | 'add' | 'withdraw'>;

/** The built-in mailbox. */
export interface MailboxDoor {
  /** Newest first. */
  list(): Promise<MailRow[]>;
  get(id: string): Promise<Mail | null>;
}
