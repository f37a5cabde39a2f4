import { hmac, type Clock, type Ids, type Log, type Random } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';
import type { DeviceKind, EventType, Level, ShopEvent } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import { domainOf, readMailbox } from './address.ts';
import type { DkimKey } from './dkim.ts';
import type { Cap } from './gate.ts';
import { homeKey, type MessageRow } from './message.ts';
import type { AskedItems, ItemAsk } from './grid.ts';
import type { RenderSetting } from './render.ts';
import { MailHosts, type MxLookUp } from './hosts.ts';
import { HereMaker, type Maker } from './maker.ts';
import { ThreadMaker } from './maker-thread.ts';
import type { Brand } from './sender.ts';
import { Senders } from './senders.ts';
import type { Transport } from './transport.ts';
import { addressSecretOf } from './stop.ts';

/** What became of a message, as its run sees it. */
export type MessageOutcome = 'accepted' | 'excluded' | 'failed' | 'in_doubt' | 'expired';

/** Where a message stands in its run. */
export interface RunPlace {
  runId: string;
  activity: string;
  visit: number;
}

/** Numbers that may be set; all with defaults. Times in ms. */
export interface MessageSettings {
  /** Marketing mails per profile over all journeys, sliding. */
  caps: Cap[];
  /** Real time a claim may take until the first byte. */
  leaseMs: number;
  /** Real time an attempt may take; longer than the transport's own timeouts. */
  wireLeaseMs: number;
  /** Real time a process that ends waits for mail hosts to answer; what they have not answered then comes to be in doubt. */
  lastAnswersMs: number;
  /** Real time doubt waits for an answer before the policy decides. */
  recoveryMs: number;
  /** Spread of the end of quiet hours. */
  quietJitterMs: number;
  /** Messages a claim takes at once. */
  batch: number;
  /** Lapsed claims after which a message is quarantined. */
  crashLimit: number;
}

/**
 * Defaults. Caps: trust.md §1.8 proposes 1 a day and 3 a week; the three recipes may all come to one newcomer within a
 * day that was moved by the clock, so it is 3 and 7 here, and a shop sets its own.
 */
export const defaultSettings: MessageSettings = {
  caps: [
    { windowMs: 24 * 3_600_000, count: 3 },
    { windowMs: 7 * 24 * 3_600_000, count: 7 },
  ],
  leaseMs: 60_000,
  wireLeaseMs: 11 * 60_000,
  lastAnswersMs: 15_000,
  recoveryMs: 15 * 60_000,
  quietJitterMs: 30 * 60_000,
  batch: 50,
  crashLimit: 3,
};

/** What app.ts gives this room; the functions are slots to other rooms. */
export interface MessageParts {
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
  secret: Uint8Array;
  /** Own address without a slash at its end; clicks and unsubscriptions come in under `/c/` and `/u/`. */
  publicUrl: string;
  shop: { name: string; url: string; zone: string };
  /** Hosts besides those of `publicUrl` and the shop that links may lead to. */
  linkHosts?: readonly string[];
  from: string;
  replyTo: string | null;
  /** Domain of return paths and of addresses for machines (verp.ts); null: the sender's own. */
  returnDomain?: string | null;
  /** Keys that sign each mail; none: the mail host signs. */
  dkim?: readonly DkimKey[];
  postalAddress: string;
  transport: Transport;
  /** Asks the name server which hosts take mail for a domain; absent: domains stand for themselves. */
  mxOf?: MxLookUp;
  /** Threads that make mails beside this one; absent or 0: they are made here. */
  makerThreads?: number;
  /** Further ways out by name, which senders choose from; absent: none. */
  ways?: ReadonlyMap<string, Transport>;
  profiles: {
    lock(tx: Runner, ids: readonly string[]): Promise<Map<string, Profile>>;
    get(id: string): Promise<Profile | null>;
  };
  catalog: { get(id: string): Item | undefined };
  /** What a criterion shows to these people, in their order; absent: mails ask for nothing themselves. */
  recommend?(ask: ItemAsk): Promise<AskedItems>;
  /** Why a criterion cannot choose for a mail; null: it can. */
  unfit?(criterion: string): string | null;
  /** Appends to the log within the transaction. */
  append(tx: Tx, events: ShopEvent[]): Promise<void>;
  /** Which of these visitors have given or taken back a consent that no fold has taken yet; absent: none. */
  unreadConsents?(visitors: readonly string[]): Promise<ReadonlySet<string>>;
  /** Is each run still waiting at its message; otherwise why not, or until when the message is held. In their order. */
  stillTrue(tx: Tx, places: readonly RunPlace[]): Promise<Still[]>;
  /**
   * Profiles have passed every gate of a journey's mail and are in an arm from here on, whatever becomes of the mail
   * (intention to treat); in the transaction that stores the arm. Not for test profiles, nor for transactional mail.
   */
  onAssigned?(tx: Tx, units: AssignedUnit[]): Promise<void>;
  /** A mail waits at a gate, as was just committed; times are business time, UTC ms. For whoever looks on, not for effects. */
  onHeld?(held: HeldMail): void;
  /** Share of everybody who gets no marketing mail at all for a quarter of a year, 0–1; absent: nobody. */
  globalHoldout?: number;
  /** Addresses and domains, lower case, that alone get mail here; absent: all do. */
  onlyTo?: ReadonlySet<string>;
  onResult(
    tx: Tx,
    ...results: (RunPlace & { messageId: string; outcome: MessageOutcome; reason: string | null })[]
  ): Promise<void>;
  settings?: Partial<MessageSettings>;
}

/** A mail that waits at a gate: the key of its message, why, and until when. */
export interface HeldMail {
  key: string;
  reason: string;
  at: number;
  until: number;
}

/** Somebody has come into a comparison: of a journey, of all mail (`global:2026Q4`), or of messages (`journey/activity`). */
export interface AssignedUnit {
  journey: string;
  profileId: string;
  arm: string;
  at: number;
  /** Share held out; where several messages are compared, how likely this one was. */
  share: number;
  /** What kind of device they were last seen on. */
  device?: DeviceKind | undefined;
}

/** True, or why not, or until when the message is held. */
export type Still = true | string | { hold: string; until: number };

/** Parts with everything derived that does not change. */
export interface Kit extends MessageParts {
  set: MessageSettings;
  /** In whose names mails go out. */
  senders: Senders;
  /** The setting of the default sender's mails. */
  render: RenderSetting;
  addressSecret: Uint8Array;
  /** Key of return paths and other addresses that name a message (verp.ts). */
  verpKey: Uint8Array;
  maker: Maker;
  /** Which mailbox host a mail goes to. */
  hosts: MailHosts;
}

/** Reads and checks the settings once. Throws MESSAGE_ADDRESS_REFUSED, MESSAGE_HEADER_REFUSED. */
export function kitOf(parts: MessageParts): Kit {
  const key = (purpose: string) => Buffer.from(hmac(parts.secret, `beckon ${purpose} v1`), 'base64url');
  const senders = openSenders(parts);
  const { render } = senders.home;
  const keys = { secret: parts.secret, verpKey: key('verp') };
  const { makerThreads: threads = 0, log } = parts;
  return {
    ...parts,
    ...keys,
    hosts: new MailHosts({ ...parts, lookUp: parts.mxOf }),
    maker: threads > 0 ? new ThreadMaker(keys, { threads, log }) : new HereMaker(keys),
    publicUrl: render.publicUrl,
    set: { ...defaultSettings, ...parts.settings },
    senders,
    addressSecret: addressSecretOf(parts.secret),
    render,
  };
}

/** What senders are read with; a doctor has no more than this. */
export type SenderParts = Pick<
  MessageParts,
  'store' | 'clock' | 'random' | 'secret' | 'publicUrl' | 'shop' | 'linkHosts' | 'from' | 'replyTo' | 'returnDomain'
> &
  Pick<MessageParts, 'dkim' | 'postalAddress' | 'catalog'> & { ways?: ReadonlyMap<string, unknown> };

/** The senders beside that of the settings. Throws MESSAGE_ADDRESS_REFUSED, MESSAGE_HEADER_REFUSED. */
export function openSenders(parts: SenderParts): Senders {
  const linkKey = Buffer.from(hmac(parts.secret, 'beckon link v1'), 'base64url');
  return new Senders({ ...parts, ways: new Set(parts.ways?.keys()) }, homeOf(parts, linkKey));
}

/** The sender that the settings make. */
function homeOf(parts: SenderParts, linkKey: Uint8Array): Brand {
  const publicUrl = parts.publicUrl.replace(/\/$/, '');
  const shop = { name: parts.shop.name, url: parts.shop.url.replace(/\/$/, '') };
  const hosts = new Set([new URL(publicUrl).host, new URL(shop.url).host, ...(parts.linkHosts ?? [])]);
  const from = readMailbox(parts.from);
  return {
    key: homeKey,
    name: shop.name,
    from,
    reply: parts.replyTo === null ? null : readMailbox(parts.replyTo),
    returns: parts.returnDomain ?? domainOf(from.address),
    reads: parts.returnDomain !== undefined && parts.returnDomain !== null,
    listDomain: domainOf(from.address),
    theme: null,
    way: null,
    dkim: parts.dkim ?? [],
    render: {
      shop,
      publicUrl,
      postalAddress: parts.postalAddress,
      hosts,
      linkKey,
      language: null,
      item: (id) => parts.catalog.get(id),
    },
  };
}

/** The way out of a brand's mails; undefined for one that is not set here. */
export function wayOf(kit: Pick<Kit, 'transport' | 'ways'>, brand: Pick<Brand, 'way'>): Transport | undefined {
  return brand.way === null ? kit.transport : kit.ways?.get(brand.way);
}

/** An event of ours about a message; it belongs to the profile by the profile's own id, so it follows merges. */
export function messageEvent(
  row: Pick<MessageRow, 'id' | 'journey' | 'profileId' | 'runId' | 'activity'>,
  about: { id: string; types: EventType[]; at: number; level: Level },
): ShopEvent {
  const identity = { namespace: 'profile', id: row.profileId };
  return {
    id: about.id,
    source: 'message',
    types: about.types,
    happenedAt: about.at,
    receivedAt: about.at,
    level: about.level,
    visitor: `profile:${row.profileId}`,
    identities: [identity],
    message: { id: row.id, journey: row.journey, run: row.runId, activity: row.activity },
  };
}
