import type { ActionTest, ActionTrial, SecretRow, ServiceState } from './contract-action.ts';
import type { FastifyInstance } from 'fastify';
import type { Alerts } from '../alert/index.ts';
import type { Clock, Ids, Log, Random } from '../base/index.ts';
import type {
  Datastream,
  Identity,
  Imports,
  Intake,
  LogLine,
  LogPlace,
  Received,
  ReceiveHow,
  SetAside,
  ShopEvent,
} from '../event/index.ts';
import type { Catalog, Feeds, PageItems, RuleBook } from '../catalog/index.ts';
import type { Simulation, Simulations, Story } from '../journey/index.ts';
import type { Measure } from '../measure/index.ts';
import type { Audiences, Certificate, Profile, ProfileStory, TraitDefinition } from '../profile/index.ts';
import type {
  Activities,
  Criteria,
  CustomLists,
  Designs,
  ExperienceNumbers,
  ListFeeds,
  Recommender,
  Replays,
} from '../recommend/index.ts';
import type { SignInService, Team } from '../team/index.ts';
import type { AdvanceReport, ClockView, InstallationView, Overview, PersonRow, TimelineEntry } from './contract.ts';
import type { Outlet } from './outlet.ts';
import type { MeasuredDoor } from './house-measured.ts';
import type { JourneyDoor } from './house-journey.ts';
import type { CouponDoor, LedgerDoor, MailboxDoor, MessageDoor, SenderDoor, TemplateDoor } from './house-mail.ts';
import type { RefusedRow } from './contract-in.ts';
import type { Forms } from './forms.ts';
import type { Keys } from './keys.ts';
import type { Rates } from './limit.ts';
import type { MailSources } from './mail-sources.ts';
import type { HouseNumber } from './metrics.ts';
import type { DoorGroup } from './serving.ts';
import type { Webhooks } from './webhooks.ts';

/** Everything the doors call. `app.ts` fills it from the rooms; tests fill it with small fakes. */
export interface House {
  settings: HouseSettings;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
  /** Who works here (`Team` fits). */
  team: Team;
  /** Another service that signs members in (`SignInService` fits); null where there is none. */
  service: Pick<SignInService, 'name' | 'begin' | 'end'> | null;
  keys: KeyDoor;
  events: EventDoor;
  profiles: ProfileDoor;
  items: ItemDoor;
  /** The catalogue itself, by environment; null as `rules` is. */
  catalog: CatalogDoor | null;
  /** What pages say of items (`PageItems` fits); absent where nobody listens. */
  pageItems?: Pick<PageItems, 'isOn' | 'tell'>;
  /** Collections, exclusions and promotions; null where there are none, as in tests of other doors. */
  rules: RuleBook | null;
  feeds: FeedDoor;
  webhooks: WebhookDoor;
  /** Providers that tell what became of mails (`MailSources` fits). */
  mailSources: Pick<MailSources, 'list' | 'get' | 'put' | 'remove' | 'open' | 'taken' | 'turnedAway'>;
  /** What stands at an address of the world outside, behind the guard; throws when it cannot be had. */
  fetchText(url: string): Promise<string>;
  senders: SenderDoor;
  coupons: CouponDoor;
  forms: FormDoor;
  /** Where what was refused is shown; null where nobody looks. */
  intake: IntakeDoor | null;
  recommend: RecommendDoor;
  criteria: CriterionDoor;
  replays: ReplayDoor;
  simulations: SimulationDoor;
  designs: DesignDoor;
  activities: ActivityDoor;
  lists: ListDoor;
  customLists: CustomListDoor;
  listFeeds: ListFeedDoor;
  journeys: JourneyDoor;
  actions: ActionDoor;
  /** Who is told what is wrong (`Alerts` fits). */
  /** What other currencies are worth. */
  rates: Pick<Measure['rates'], 'list' | 'put'>;
  measured: MeasuredDoor;
  /** Where the log is sent on to. */
  outlet: Pick<Outlet, 'view' | 'put' | 'remove'>;
  alerts: Pick<Alerts, 'list' | 'settings' | 'put' | 'test'>;
  people: PeopleDoor;
  privacy: PrivacyDoor;
  traits: TraitDoor;
  audiences: AudienceDoor;
  messages: MessageDoor & LedgerDoor;
  templates: TemplateDoor;
  /** Null when mail leaves by SMTP. */
  mailbox: MailboxDoor | null;
  time: TimeDoor;
  /** What `GET /healthz` answers with; throws when the house cannot work. */
  health(): Promise<Record<string, unknown>>;
  /** What `GET /readyz` answers with: may requests be sent here? */
  ready(): Readiness;
  /** What `GET /metrics` tells besides the send ledger. */
  numbers?(): Promise<HouseNumber[]>;
  /** The doors of this process, where several share them out; absent: all. */
  serves?: readonly DoorGroup[];
  overview(): Promise<Overview>;
  /** Every setting as it is in force, without what is secret. */
  installed(): InstallationView['settings'];
  /** Server parts of pages beside the studio, such as the demo shop. */
  mounts: ((app: FastifyInstance) => void)[];
}

/** How far this process has come. */
export interface Readiness {
  /** What this process does. */
  roles?: string[];
  /** It may be asked: it is not about to end, and where it answers with recommendations it has learned what happened, up to a moment ago. */
  ready: boolean;
  learned: number;
  /** Whatever was acknowledged so long ago is learned, ms of real time; null before the feed was read to its end. */
  lagMs: number | null;
  /** Items of which is known what they are, and whether these are all: until then lists by content may lack some. */
  described: { items: number; whole: boolean };
}

export interface HouseSettings {
  version: string;
  /** Where people reach us, without a slash at the end: `http://localhost:8080`. */
  publicUrl: string;
  /** Fastify's trustProxy: false, true, or addresses. */
  trustProxy: boolean | string | string[];
  /** Installation secret: FPID derivation and studio sessions hang on it. */
  secret: Uint8Array;
  /** Random at each start, in memory only: the Bearer with which journeys call our own origin. */
  ownKey: string;
  /** ISO 4217 code that orders of the Delivery door are in, which carry none. */
  currency: string;
  /** Milliseconds that a page's question waits for the profile before it is answered without; default 500. */
  decideMs?: number;
  /** What one sender may do; what is left out is as `usualRates`. */
  rates?: Partial<Rates>;
  /** Events that may wait for the log before doors say 503; default 20 000. */
  queueLimit?: number;
  /** Built pages; null where there is none. */
  files: { studio: string | null; shop: string | null; docs: string | null; alloy: string | null };
}

/** The log (`EventLog` fits). */
export interface EventDoor {
  receive(events: readonly ShopEvent[], how?: ReceiveHow): Promise<Received>;
  /** The log, page by page, for whoever takes it elsewhere. */
  page(query: { after: LogPlace; limit: number; now: number }): Promise<LogLine[]>;
  /** What just came in, for people to look at. */
  readonly intake: Pick<Intake, 'list' | 'refused' | 'sources'>;
  /** Histories that are being brought in. */
  readonly imports: Pick<Imports, 'begin' | 'get' | 'list' | 'step' | 'finish'>;
  /** Events that could not be folded, newest first; how many rows of them there are; and back to be folded again. */
  quarantine(limit: number): Promise<SetAside[]>;
  setAside(): Promise<number>;
  putBack(ids: readonly string[] | null): Promise<number>;
  /** Events gathered and not yet written. */
  readonly waiting: number;
  datastream(id: string): Datastream | undefined;
  datastreams(): Datastream[];
  putDatastream(datastream: Datastream): Promise<void>;
}

/** Profiles as they are after everything acknowledged (`Profiles` fits). */
export interface ProfileDoor {
  get(id: string): Promise<Profile | null>;
  /**
   * What was acknowledged counts, if need be folded in memory (then the id may be empty). With `folded` it waits until
   * the fold has taken it, so that the profile has its id.
   */
  find(identity: Identity, how?: 'folded'): Promise<Profile | null>;
  /** Many at once, by `identityKey`; what is folded by now counts. Names that nobody is known by are absent. */
  findAll(identities: readonly Identity[]): Promise<Map<string, Profile>>;
  /** What the device last said about being recorded, as `find` would tell, cheap enough for every request. */
  collectConsent(id: string, namespace?: 'ecid' | 'anonymousid' | 'tntid'): Promise<'in' | 'out' | undefined>;
  /**
   * What `collectConsent` said of an ECID a moment ago, without asking; undefined when that is not known. Only for
   * events that are then received `unless` their visitor is consenting.
   */
  recallConsent(ecid: string): { answer: 'in' | 'out' | undefined } | undefined;
}

/** What is sold, where a door needs more of it than a name (`Catalog` fits). */
export type CatalogDoor = Pick<
  Catalog,
  | 'upsert'
  | 'remove'
  | 'shelf'
  | 'whole'
  | 'ids'
  | 'size'
  | 'variants'
  | 'createdAt'
  | 'schema'
  | 'declare'
  | 'undeclare'
  | 'settings'
  | 'set'
>;

export interface ItemDoor {
  /** Writes items a source has already put into our form; bad ones are refused one by one. */
  write(items: readonly Record<string, unknown>[]): Promise<{ kept: number; refused: RefusedRow[] }>;
  /** Takes items out of the catalogue. */
  remove(ids: readonly string[]): Promise<void>;
  /** Reads, upserts and reports row by row. */
  load(text: string, format: 'json' | 'ndjson' | 'csv'): Promise<{ kept: number; refused: RefusedRow[] }>;
  /** Name and picture for showing; undefined when the catalogue has no such item. */
  look(id: string): { name: string; imageUrl: string | null } | undefined;
}

export type { Person, RecommendRequest } from '../recommend/index.ts';

/** The recommender (`Recommender` fits): every door that shows items asks here. */
export type RecommendDoor = Pick<Recommender, 'answer' | 'preview' | 'numbers' | 'did' | 'described'>;

/** Criteria (`Criteria` fits). */
export type CriterionDoor = Pick<Criteria, 'list' | 'find' | 'get' | 'put' | 'remove' | 'versions' | 'check'>;

/** Designs (`Designs` fits). */
export type DesignDoor = Pick<
  Designs,
  'list' | 'get' | 'put' | 'remove' | 'history' | 'validate' | 'slotsOf' | 'render'
>;

/** Lists that the shop uploads (`CustomLists` fits). */
export type CustomListDoor = Pick<CustomLists, 'list' | 'get' | 'put' | 'rows' | 'upload' | 'remove'>;

/** Lists of the shop's own that are fetched from an address (`ListFeeds` fits). */
export type ListFeedDoor = Pick<ListFeeds, 'get' | 'check' | 'put' | 'remove' | 'refresh'>;

/** What whole lists may hang on. */
export interface ListDoor {
  /** Ids of all items, as they are now. */
  ids(): readonly string[];
  /** Their categories, each once. */
  categories(): readonly string[];
}

/** Activities and offers (`Activities` fits), and who is in which audience. */
export type ActivityDoor = Pick<
  Activities,
  | 'list'
  | 'get'
  | 'put'
  | 'publish'
  | 'pause'
  | 'remove'
  | 'history'
  | 'offers'
  | 'offer'
  | 'putOffer'
  | 'removeOffer'
  | 'asked'
  | 'locations'
  | 'choose'
  | 'resolve'
> & {
  /** Keys of the audiences that a profile is in. */
  audiencesOf(profileId: string): Promise<readonly string[]>;
  /** What its experiences have come to. */
  numbers(key: string): Promise<ExperienceNumbers[]>;
};

/** What the actions of journeys call, and show to whom they call. */
export interface ActionDoor {
  /** Throws JOURNEY_INVALID, JOURNEY_UNKNOWN. @returns null when there is no such action */
  test(
    place: { key: string; activity: string; profile: Profile },
    test: Omit<ActionTest, 'profileId'>,
  ): Promise<ActionTrial | null>;
  services(): Promise<ServiceState[]>;
  /** @returns whether it was held to be down */
  serviceUp(service: string): Promise<boolean>;
  secrets(): Promise<SecretRow[]>;
  /** Throws SECRET_INVALID. */
  putSecret(name: string, value: string): Promise<SecretRow>;
  /** Throws SECRET_IN_USE. @returns whether there was one */
  removeSecret(name: string): Promise<boolean>;
}

/** Simulations (`Simulations` fits, but for the story). */
export type SimulationDoor = Pick<
  Simulations,
  'get' | 'list' | 'cancel' | 'remove' | 'people' | 'person' | 'mails' | 'mail'
> & {
  /** Throws SIMULATION_INVALID, JOURNEY_UNKNOWN, JOURNEY_NOT_SO. */
  ask(given: unknown): Promise<Simulation>;
  /** One of its people as a story that expects what came of it. */
  story(id: string, no: number): Promise<Story>;
};

export interface PeopleDoor {
  search(query: string, limit: number): Promise<{ people: PersonRow[]; left: number; more: boolean }>;
  timeline(profileId: string, page: { before: number | null; limit: number }): Promise<TimelineEntry[]>;
}

/** Feeds as the doors use them (`Feeds` fits). */
export type FeedDoor = Pick<
  Feeds,
  'list' | 'get' | 'put' | 'remove' | 'send' | 'run' | 'runs' | 'runOf' | 'faults' | 'cancel' | 'approve'
>;

/** Webhooks as the doors use them (`Webhooks` fits). */
export type WebhookDoor = Pick<
  Webhooks,
  | 'list'
  | 'get'
  | 'put'
  | 'remove'
  | 'open'
  | 'isRepeated'
  | 'isOlder'
  | 'orderVisitor'
  | 'taken'
  | 'turnedAway'
  | 'requests'
  | 'requestDone'
>;

/** Sign-up forms as the doors use them (`Forms` fits). */
export type FormDoor = Pick<
  Forms,
  'list' | 'get' | 'find' | 'put' | 'remove' | 'words' | 'named' | 'signUp' | 'signUps' | 'look' | 'confirm'
>;

/** What just came in and was not taken. */
export interface IntakeDoor {
  /** @param source as events of it carry it: `edge:<datastream>`, `segment:<datastream>`, `webhook:<key>` */
  refused(source: string, rows: readonly RefusedRow[]): void;
}

/** What concerns one person's data as such. */
export interface PrivacyDoor {
  /** Where what is known of somebody came from. */
  story(profileId: string): Promise<ProfileStory>;
  export(profile: Profile): Promise<Record<string, unknown>>;
  erase(profile: Profile): Promise<Certificate>;
  certificate(id: string): Promise<Certificate | null>;
  /** Undoes a merge of this profile; throws the profile room's errors. */
  unmerge(profileId: string, mergeId: string): Promise<{ into: string; from: string }>;
}

/** Computed traits (`Profiles.traits` fits). */
export interface TraitDoor {
  list(): TraitDefinition[];
  put(definition: TraitDefinition): Promise<TraitDefinition>;
  /** @returns whether there was one */
  remove(key: string): Promise<boolean>;
}

/** The shop's own history, replayed (`Replays` fits). */
export type ReplayDoor = Pick<Replays, 'ask' | 'get' | 'list' | 'cancel' | 'use' | 'untune'>;

/** Audiences (`Profiles.audiences`, and changes of lists that journeys hear of). */
export type AudienceDoor = Pick<
  Audiences,
  'list' | 'get' | 'put' | 'rebuild' | 'remove' | 'members' | 'preview' | 'fields'
> & {
  change(
    key: string,
    how: 'add' | 'remove',
    people: readonly Identity[],
  ): Promise<{ changed: number; unknown: number[] }>;
};

export interface TimeDoor {
  view(): Promise<ClockView>;
  /** Moves business time by so many milliseconds; null with the system clock. */
  advance: ((ms: number) => Promise<AdvanceReport>) | null;
}

/** Keys as the doors use them (`Keys` fits). */
export type KeyDoor = Pick<Keys, 'make' | 'admit' | 'byId' | 'list' | 'revoke' | 'restore'>;
