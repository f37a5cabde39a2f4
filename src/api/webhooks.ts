import { BeckonError, durationMs, seal, unseal, type Clock, type Ids, type Random } from '../base/index.ts';
import type { Runner, Store } from '../store/index.ts';
import type {
  WebhookInput,
  WebhookKind,
  WebhookMapping,
  WebhookRequest,
  WebhookSettings,
  WebhookSignature,
  WebhookView,
} from './contract-webhook.ts';
import { errors } from './error.ts';
import * as table from './table-webhook.ts';
import type { Tally, WebhookRow } from './table-webhook.ts';
import { compileMapping, type Mapper } from './webhook-mapping.ts';
import { signatureOf, signsEnough } from './webhook-signature.ts';

/** A webhook, ready to take a delivery. */
export interface OpenWebhook {
  key: string;
  kind: WebhookKind;
  settings: WebhookSettings;
  signature: WebhookSignature;
  /** The secret in force, and the one before it while that counts. */
  secrets: readonly string[];
  /** Of a generic one. */
  mapper: Mapper | null;
}

interface Stored {
  settings?: WebhookSettings;
  signature?: WebhookSignature;
  mapping?: WebhookMapping[];
}

/** How often the count of unsigned calls is written, real time: whoever floods the door does not write each time. */
const tallyEveryMs = 1000;
/** A secret that leaks must not live on for ever beside the new one. */
const longestOverlapMs = 30 * 86_400_000;
/** So long a request about people's data says whom it named once it is met (trust.md §1.12). */
const requestKeptMs = 30 * 86_400_000;
/** Compiled mappings kept, by key and text. */
const mappersKept = 100;

/** Webhooks: their settings with sealed secrets, what they have taken before, and how they do. */
export class Webhooks {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #random: Random;
  readonly #secret: Uint8Array;
  readonly #publicUrl: string;
  readonly #mappers = new Map<string, Mapper>();
  readonly #away = new Map<string, { count: number; why: string; writtenAt: number }>();

  constructor(parts: {
    store: Store;
    clock: Clock;
    ids: Ids;
    random: Random;
    /** The installation's secret, under which the webhooks' own are sealed. */
    secret: Uint8Array;
    publicUrl: string;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#random = parts.random;
    this.#secret = parts.secret;
    this.#publicUrl = parts.publicUrl;
  }

  async list(): Promise<WebhookView[]> {
    await this.#writeAway(true);
    return (await table.listWebhooks(this.#store)).map((row) => this.#viewOf(row));
  }

  async get(key: string): Promise<WebhookView | null> {
    await this.#writeAway(true);
    const row = await table.findWebhook(this.#store, key);
    return row ? this.#viewOf(row) : null;
  }

  /**
   * Makes or changes a webhook. What is left out stays as it was; a new one needs a secret, a generic one a signature
   * and a mapping too.
   *
   * @throws API_INPUT_INVALID, LANGUAGE_… with the field of the mapping
   */
  async put(key: string, input: WebhookInput): Promise<WebhookView> {
    const before = await table.findWebhook(this.#store, key);
    const known = (before?.body ?? {}) as Stored;
    const body: Stored = { settings: input.settings ?? known.settings ?? {} };
    const signature = input.signature ?? known.signature;
    const mapping = input.mapping ?? known.mapping;
    if (input.kind === 'generic') Object.assign(body, genericParts(signature, mapping));
    else if (input.signature || input.mapping) {
      throw wrong(
        `${input.kind} signs and speaks in its own way; only a generic webhook has a signature and a mapping`,
      );
    }
    const secrets = this.#secretsOf(key, input, before);
    await table.saveWebhook(this.#store, {
      key,
      kind: input.kind,
      name: input.name ?? before?.name ?? key,
      ...secrets,
      body,
    });
    return (await this.get(key))!;
  }

  /** The secret as it is, or a new one with the one before it for as long as it is said to count. */
  #secretsOf(key: string, { secret, oldSecretFor }: WebhookInput, before: WebhookRow | undefined) {
    if (secret === undefined) {
      if (!before) throw wrong('A new webhook needs the secret that its sender signs with', 'secret');
      if (oldSecretFor !== undefined) throw wrong('Only a new secret has one before it', 'oldSecretFor');
      return { secret: before.secret, old_secret: before.old_secret, old_until: before.old_until };
    }
    const overlap = oldSecretFor === undefined ? 0 : durationMs(oldSecretFor);
    if (overlap > longestOverlapMs) throw wrong('The secret before may count for 30 days at most', 'oldSecretFor');
    const sealed = seal(secret, { secret: this.#secret, place: placeOf(key), random: this.#random });
    return overlap > 0 && before
      ? { secret: sealed, old_secret: before.secret, old_until: new Date(this.#clock.real() + overlap) }
      : { secret: sealed, old_secret: null, old_until: null };
  }

  remove(key: string): Promise<boolean> {
    return table.dropWebhook(this.#store, key);
  }

  /** The webhook behind an address, or null. Throws WEBHOOK_SECRET_LOST. */
  async open(key: string): Promise<OpenWebhook | null> {
    const row = await table.findWebhook(this.#store, key);
    if (!row) return null;
    const sealed = this.#hasOld(row) ? [row.secret, row.old_secret!] : [row.secret];
    const opened = sealed.map((one) => unseal(one, { secret: this.#secret, place: placeOf(key) }));
    const secrets = opened.filter((one) => one !== null);
    if (opened[0] === null)
      throw new BeckonError(errors.WEBHOOK_SECRET_LOST, `The secret of webhook "${key}" cannot be opened`);
    const { settings = {}, signature = null, mapping } = (row.body ?? {}) as Stored;
    const mapper = row.kind === 'generic' && mapping ? this.#mapperOf(mapping) : null;
    return { key, kind: row.kind, settings, signature: signatureOf(row.kind, signature)!, secrets, mapper };
  }

  #hasOld({ old_secret: old, old_until: until }: WebhookRow): boolean {
    return old !== null && until !== null && until.getTime() > this.#clock.real();
  }

  #mapperOf(mapping: WebhookMapping[]): Mapper {
    const text = JSON.stringify(mapping);
    const known = this.#mappers.get(text);
    if (known) return known;
    const made = compileMapping(mapping);
    if (this.#mappers.size >= mappersKept) this.#mappers.delete(this.#mappers.keys().next().value!);
    this.#mappers.set(text, made);
    return made;
  }

  /** Has this very body taken effect before? @param digest of the raw body */
  isRepeated(key: string, digest: string): Promise<boolean> {
    return table.knowsDelivery(this.#store, key, digest);
  }

  /** Is something newer known of the subject? If not, what is known now is as of `at` (UTC ms). */
  async isOlder(key: string, subject: { id: string; at: number }): Promise<boolean> {
    return !(await table.noteNewest(this.#store, key, { subject: subject.id, at: subject.at }));
  }

  /** Under which visitor an order was first told; with `visitor` null only asks. */
  orderVisitor(key: string, order: { id: string; visitor: string | null }): Promise<string | null> {
    return table.orderVisitor(this.#store, key, order);
  }

  /** Notes what a body came to, and by its digest that it took effect, if it did. */
  async taken(
    key: string,
    digest: string | null,
    result: { tally: Tally; request?: { topic: string; body: unknown; done: boolean } | undefined },
  ): Promise<void> {
    const { tally, request } = result;
    await this.#store.inTransaction(async (tx) => {
      if (digest !== null) await table.noteDelivery(tx, key, digest);
      await table.tallyWebhook(tx, key, { ...tally, at: this.#clock.now() });
      if (request) {
        const at = new Date(this.#clock.now());
        const { topic, body, done } = request;
        await table.insertRequest(tx, { id: this.#ids.next(), hook: key, topic, body, at, done_at: done ? at : null });
      }
    });
  }

  /** Counts a call that was not signed by the sender; written at most once a second. */
  async turnedAway(key: string, why: string): Promise<void> {
    const known = this.#away.get(key) ?? { count: 0, why, writtenAt: 0 };
    this.#away.set(key, { ...known, count: known.count + 1, why });
    await this.#writeAway(false);
  }

  async #writeAway(all: boolean): Promise<void> {
    const now = this.#clock.real();
    for (const [key, { count, why, writtenAt }] of this.#away) {
      if (count === 0 || (!all && now - writtenAt < tallyEveryMs)) continue;
      this.#away.set(key, { count: 0, why, writtenAt: now });
      await table.tallyWebhook(this.#store, key, { turnedAway: count, refusal: why, at: this.#clock.now() });
    }
  }

  /** What a platform asked about people's data, newest first. */
  async requests(key: string): Promise<WebhookRequest[]> {
    return (await table.listRequests(this.#store, key)).map(({ id, topic, at, done_at: doneAt, body }) => ({
      id,
      topic,
      at: at.toISOString(),
      doneAt: doneAt?.toISOString() ?? null,
      body,
    }));
  }

  /** How many such requests nobody has met yet, of all webhooks. */
  openRequests(): Promise<number> {
    return table.countOpenRequests(this.#store);
  }

  /** Notes that such a request has been met; false when it was not open. */
  requestDone(key: string, id: string): Promise<boolean> {
    return table.closeRequest(this.#store, key, id);
  }

  /** Forgets what requests said that were met long ago. @returns how many it was */
  tidy(): Promise<number> {
    return table.forgetMet(this.#store, this.#clock.now() - requestKeptMs);
  }

  /**
   * Forgets under which names orders of these visitors were told, and their names in requests about their data; in the
   * caller's transaction, and again without effect.
   *
   * @param visitors as `email:ada@example.com`
   * @returns how many rows it was
   */
  forget(tx: Runner, visitors: readonly string[]): Promise<number> {
    return table.forgetVisitors(tx, visitors);
  }

  /** What is kept here of these visitors, by table, as stored. */
  exportFor(visitors: readonly string[]): Promise<Record<string, object[]>> {
    return table.rowsOfVisitors(this.#store, visitors);
  }

  #viewOf(row: WebhookRow): WebhookView {
    const { settings = {}, signature = null, mapping = [] } = (row.body ?? {}) as Stored;
    return {
      key: row.key,
      kind: row.kind,
      name: row.name,
      url: `${this.#publicUrl}/hooks/${row.key}`,
      settings,
      signature,
      mapping,
      createdAt: row.created_at.toISOString(),
      oldSecretUntil: this.#hasOld(row) ? row.old_until!.toISOString() : null,
      counts: {
        taken: row.taken,
        repeated: row.repeated,
        ignored: row.ignored,
        refused: row.refused,
        turnedAway: row.turned_away,
      },
      lastAt: row.last_at?.toISOString() ?? null,
      lastRefusal:
        row.last_refusal === null || row.last_refusal_at === null
          ? null
          : { at: row.last_refusal_at.toISOString(), why: row.last_refusal },
    };
  }
}

function placeOf(key: string): string {
  return `webhook:secret:${key}`;
}

/** Signature and mapping of a generic webhook, checked. */
function genericParts(signature: WebhookSignature | undefined, mapping: WebhookMapping[] | undefined): Stored {
  if (!signature) throw wrong('A generic webhook needs to know how its sender signs', 'signature');
  if (!mapping) throw wrong('A generic webhook needs a mapping', 'mapping');
  if (!signsEnough(signature)) {
    throw wrong(
      'What is signed must hold {body}, and {timestamp} or {id} where their headers count',
      'signature.signs',
    );
  }
  compileMapping(mapping);
  return { signature, mapping };
}

function wrong(sentence: string, where?: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, sentence, where === undefined ? {} : { where });
}
