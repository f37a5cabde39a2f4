import { BeckonError, seal, unseal, type Random } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import type { MailProvider, MailSourceInput, MailSourceView } from './contract-mail.ts';
import { errors } from './error.ts';
import { sendgridKey } from './mail-signature.ts';
import {
  dropSource,
  findSource,
  listSources,
  saveSource,
  tallySource,
  type MailSourceRow,
} from './table-mail-source.ts';

/** A mail source, ready to take a call. */
export interface OpenMailSource {
  key: string;
  provider: MailProvider;
  secret: string | null;
  topics: readonly string[];
}

/** How often the count of unsigned calls is written, real time: whoever floods the door does not write each time. */
const tallyEveryMs = 1000;

/** Providers that tell what became of mails: their secrets, sealed, and how they do. */
export class MailSources {
  readonly #parts: { store: Store; random: Random; secret: Uint8Array; publicUrl: string };
  readonly #away = new Map<string, { count: number; writtenAt: number }>();

  constructor(parts: { store: Store; random: Random; secret: Uint8Array; publicUrl: string }) {
    this.#parts = parts;
  }

  async list(): Promise<MailSourceView[]> {
    return (await listSources(this.#parts.store)).map((row) => this.#viewOf(row));
  }

  async get(key: string): Promise<MailSourceView | null> {
    const row = await findSource(this.#parts.store, key);
    return row ? this.#viewOf(row) : null;
  }

  /** Makes or changes a source; what is left out stays. Throws API_INPUT_INVALID. */
  async put(key: string, input: MailSourceInput): Promise<MailSourceView> {
    const { store, secret, random } = this.#parts;
    const before = await findSource(store, key);
    const same = before?.provider === input.provider ? before : undefined;
    assertWhole(input, same);
    const sealed =
      input.secret === undefined
        ? (same?.secret ?? null)
        : seal(input.secret.trim(), { secret, random, place: placeOf(key) });
    const topics = input.topics ?? same?.topics ?? [];
    await saveSource(store, {
      key,
      provider: input.provider,
      name: input.name ?? before?.name ?? key,
      secret: sealed,
      topics,
    });
    return (await this.get(key))!;
  }

  remove(key: string): Promise<boolean> {
    return dropSource(this.#parts.store, key);
  }

  /** The source behind an address, or null. Throws WEBHOOK_SECRET_LOST. */
  async open(key: string): Promise<OpenMailSource | null> {
    const row = await findSource(this.#parts.store, key);
    if (!row) return null;
    const secret = row.secret === null ? null : unseal(row.secret, { secret: this.#parts.secret, place: placeOf(key) });
    if (row.secret !== null && secret === null)
      throw new BeckonError(errors.WEBHOOK_SECRET_LOST, `The secret of the mail source "${key}" cannot be opened`);
    return { key, provider: row.provider, secret, topics: row.topics };
  }

  taken(key: string, tally: { taken: number; repeated: number }): Promise<void> {
    return tallySource(this.#parts.store, key, tally);
  }

  /** Notes that a call was turned away. @param now real time, UTC ms */
  async turnedAway(key: string, refusal: string, now: number): Promise<void> {
    const known = this.#away.get(key) ?? { count: 0, writtenAt: -Infinity };
    known.count++;
    this.#away.set(key, known);
    if (now - known.writtenAt < tallyEveryMs) return;
    const turnedAway = known.count;
    this.#away.set(key, { count: 0, writtenAt: now });
    await tallySource(this.#parts.store, key, { turnedAway, refusal: refusal.slice(0, 300) });
  }

  #viewOf(row: MailSourceRow): MailSourceView {
    const away = this.#away.get(row.key)?.count ?? 0;
    return {
      key: row.key,
      provider: row.provider,
      name: row.name,
      topics: row.topics,
      address: `${this.#parts.publicUrl}/hooks/mail/${row.key}`,
      taken: row.taken,
      repeated: row.repeated,
      turnedAway: row.turned_away + away,
      lastAt: row.last_at?.toISOString() ?? null,
      lastRefusal: row.last_refusal,
      lastRefusalAt: row.last_refusal_at?.toISOString() ?? null,
    };
  }
}

/** A source is known by something, or nobody knows who calls. */
function assertWhole({ provider, secret, topics }: MailSourceInput, before: MailSourceRow | undefined): void {
  if (provider === 'ses') {
    if (secret !== undefined) throw wrong('SES signs with its own certificates; it has no secret', 'secret');
    if (!topics && !before) throw wrong('SES needs the topics of SNS that may call', 'topics');
    const strange = topics?.find((topic) => !/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]{1,256}$/.test(topic));
    if (strange !== undefined)
      throw wrong(`"${strange}" is no topic of SNS: arn:aws:sns:region:account:name`, 'topics');
    return;
  }
  if (topics !== undefined) throw wrong('Only SES has topics', 'topics');
  if (secret === undefined && !before) throw wrong(`A new source of ${provider} needs its secret`, 'secret');
  if (provider === 'postmark' && secret !== undefined && !/^[^:\s]+:\S{8,}$/.test(secret.trim()))
    throw wrong('The secret of Postmark is user:password, the password of 8 characters or more', 'secret');
  if (provider === 'sendgrid' && secret !== undefined && !sendgridKey(secret))
    throw wrong('The verification key of SendGrid is the base64 text of an EC public key', 'secret');
}

function wrong(why: string, where: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, why, { where });
}

function placeOf(key: string): string {
  return `mail_source:secret:${key}`;
}
