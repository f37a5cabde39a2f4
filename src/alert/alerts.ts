import { createHmac } from 'node:crypto';
import {
  BeckonError,
  point,
  refusalOf,
  seal,
  unseal,
  type Clock,
  type Ids,
  type Log,
  type Random,
} from '../base/index.ts';
import { Jobs, type Job } from '../job/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { judge, lettersOf, pauseMs, type Alert, type AlertKind, type Notice, type Trouble } from './alert.ts';
import { errors } from './error.ts';
import * as table from './table.ts';

/** A mail to an owner; filled in by whoever sends mails, in the transaction that notes that it was told. */
export interface OwnerMail {
  /** Names the bundle and the address: the same again is the same mail. */
  about: string;
  to: string;
  subject: string;
  notices: { what: string; title: string; text: string; at: string }[];
}

/** Who hears of troubles. */
export interface AlertSettings {
  mails: string[];
  webhook: string | null;
  /** Kinds of which nobody is told. */
  off: AlertKind[];
}

export interface GivenSettings {
  mails: string[];
  webhook: string | null;
  off?: AlertKind[];
  /** Make a new secret for the webhook. */
  newSecret?: boolean;
}

export type AlertView = Omit<Alert, 'owners' | 'toldAt'>;

interface AlertParts {
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
  /** The installation's secret. */
  secret: Uint8Array;
  /** Hosts of one's own network that may be called. */
  allowed: ReadonlySet<string>;
  mail: (tx: Tx, mail: OwnerMail) => Promise<unknown>;
  /** One HTTP call, behind the guard. @returns the status */
  post: (url: string, headers: Record<string, string>, body: string) => Promise<number>;
}

const webhookKind = 'alert.webhook';
const place = 'alert_setting:secret:one';
/** Shown, and then forgotten, after so long, ms. */
const shownMs = 30 * 86_400_000;
/** A webhook that does not answer is tried for so long, ms, with pauses that double from a minute to an hour. */
const triedMs = 86_400_000;

interface Payload {
  url: string;
  body: string;
  since: number;
}

/** Notes troubles, tells of them once, and tells when they are over. */
export class Alerts {
  readonly #parts: AlertParts;
  readonly #jobs: Jobs;

  constructor(parts: AlertParts) {
    this.#parts = parts;
    this.#jobs = new Jobs(parts);
  }

  async settings(): Promise<AlertSettings> {
    const { mails, webhook, off } = await table.readSetting(this.#parts.store, { hold: false });
    return { mails, webhook, off };
  }

  /**
   * Changes who hears of troubles.
   * @returns the settings, and the webhook's secret where it is a new one: it is shown this once
   * @throws ALERT_SETTINGS_INVALID
   */
  async put({
    mails,
    webhook,
    off = [],
    newSecret = false,
  }: GivenSettings): Promise<{ settings: AlertSettings; secret: string | null }> {
    this.#check(mails, webhook);
    const { store, random, secret } = this.#parts;
    return store.inTransaction(async (tx) => {
      const before = await table.readSetting(tx, { hold: true });
      const isNew = webhook !== null && (newSecret || before.secret === null || before.webhook === null);
      const made = isNew ? `whsec_${Buffer.from(random.bytes(24)).toString('base64')}` : null;
      const kept = webhook === null ? null : made === null ? before.secret : seal(made, { secret, place, random });
      await table.saveSetting(tx, { mails, off, webhook, secret: kept });
      return { settings: { mails, webhook, off }, secret: made };
    });
  }

  #check(mails: readonly string[], webhook: string | null): void {
    const wrong = mails.find((mail) => !/^[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+$/.test(mail));
    if (wrong !== undefined)
      throw new BeckonError(errors.ALERT_SETTINGS_INVALID, `"${wrong}" is no mail address`, { where: 'mails' });
    if (webhook === null) return;
    const url = URL.canParse(webhook) ? new URL(webhook) : null;
    const why = url === null ? 'it is no address' : refusalOf(url, this.#parts.allowed);
    if (why !== null)
      throw new BeckonError(errors.ALERT_SETTINGS_INVALID, `The webhook may not be called: ${why}`, {
        where: 'webhook',
      });
  }

  /** What is wrong now, and what was in the last days; the newest first. */
  async list(): Promise<AlertView[]> {
    const { store, clock } = this.#parts;
    const alerts = await table.readAlerts(store, clock.now() - shownMs);
    return alerts.map(({ owners: _owners, toldAt: _toldAt, ...view }) => view);
  }

  /** All that is wrong now: what is new is told, what is no longer there is over after a while. @returns notices made */
  async observe(found: readonly Trouble[]): Promise<number> {
    const { store, clock, ids } = this.#parts;
    const made = await store.inTransaction(async (tx) => {
      const { off } = await table.readSetting(tx, { hold: true });
      const now = clock.now();
      const heard = found.filter(({ kind }) => !off.includes(kind));
      const { alerts, notices } = judge(await table.readAlerts(tx, null), heard, now);
      await table.saveAlerts(tx, alerts);
      await table.addNotices(
        tx,
        notices.map((notice) => ({ id: ids.next(), notice })),
      );
      await table.forgetOld(tx, now - shownMs);
      return notices.length;
    });
    point('alert.noted');
    return made;
  }

  /** A notice that says that notices arrive. It goes out at once. */
  async test(): Promise<void> {
    const { store, clock, ids } = this.#parts;
    const text = 'This is a test, sent from the settings. Nothing is wrong.';
    const notice: Notice = {
      key: 'test',
      kind: 'stuck',
      title: 'A test of the notices',
      text,
      journey: null,
      owners: [],
      what: 'test',
      at: clock.now(),
    };
    await store.inTransaction((tx) => table.addNotices(tx, [{ id: ids.next(), notice }]));
    await this.tell({ atOnce: true });
  }

  /** Sends what has to be told, in one bundle, and not more often than is bearable. @returns notices told */
  async tell({ atOnce = false } = {}): Promise<number> {
    const { store, clock, ids } = this.#parts;
    if (!(await table.hasNotices(store))) return 0;
    const told = await store.inTransaction(async (tx) => {
      const setting = await table.readSetting(tx, { hold: true });
      const now = clock.now();
      if (!atOnce && now - setting.toldAt < pauseMs) return 0;
      const bundle = ids.next();
      const notices = await table.takeNotices(tx, { bundle, now });
      if (notices.length === 0) return 0;
      for (const [to, mine] of lettersOf(notices, setting.mails)) await this.#write(tx, { bundle, to, notices: mine });
      if (setting.webhook !== null) await this.#queue(tx, { bundle, url: setting.webhook, notices });
      return notices.length;
    });
    point('alert.told');
    return told;
  }

  async #write(tx: Tx, { bundle, to, notices }: { bundle: string; to: string; notices: Notice[] }): Promise<void> {
    const [first] = notices;
    const more = notices.length === 1 ? '' : `, and ${notices.length - 1} more`;
    await this.#parts.mail(tx, {
      about: `alert:${bundle}:${to}`,
      to,
      subject: `${words[first!.what]}: ${first!.title}${more}`,
      notices: notices.map(({ what, title, text, at }) => ({
        what: words[what],
        title,
        text,
        at: new Date(at).toISOString(),
      })),
    });
  }

  async #queue(tx: Tx, { bundle, url, notices }: { bundle: string; url: string; notices: Notice[] }): Promise<void> {
    const now = this.#parts.clock.now();
    const told = notices.map(({ owners: _owners, at, ...notice }) => ({ ...notice, at: new Date(at).toISOString() }));
    const body = JSON.stringify({ type: 'alerts', id: bundle, alerts: told });
    const payload: Payload = { url, body, since: now };
    await this.#jobs.enqueue(tx, [{ shard: 0, kind: webhookKind, key: bundle, due: now, payload }]);
  }

  /** Calls of the webhook that are due. @returns calls made */
  async post(): Promise<number> {
    const claimed = await this.#jobs.claim<Payload>(webhookKind, 5);
    for (const job of claimed) await this.#call(job);
    return claimed.length;
  }

  /** Signed as Standard Webhooks says: HMAC-SHA-256 over id, timestamp and body, under the secret behind `whsec_`. */
  async #call(job: Job<Payload>): Promise<void> {
    const { store, clock, secret, log } = this.#parts;
    const { webhook, secret: sealed } = await table.readSetting(store, { hold: false });
    const key = sealed === null ? null : unseal(sealed, { secret, place });
    // The webhook was taken away, or moved, since: nobody else is told in its place.
    if (webhook !== job.payload.url || key === null) return void (await this.#jobs.finish(store, job));
    const at = String(Math.floor(clock.real() / 1000));
    const mac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'))
      .update(`${job.key}.${at}.${job.payload.body}`)
      .digest('base64');
    const headers = {
      'content-type': 'application/json',
      'webhook-id': job.key,
      'webhook-timestamp': at,
      'webhook-signature': `v1,${mac}`,
    };
    const status = await this.#parts.post(webhook, headers, job.payload.body).catch((error: unknown) => String(error));
    if (typeof status === 'number' && status >= 200 && status < 300) return void (await this.#jobs.finish(store, job));
    const why = typeof status === 'number' ? `It answered ${status}` : status;
    if (clock.now() - job.payload.since > triedMs) {
      log.error('alert.webhook-given-up', { why });
      return void (await this.#jobs.finish(store, job));
    }
    await this.#jobs.retry(job, clock.now() + Math.min(3_600_000, 60_000 * 2 ** (job.attempt - 1)), why);
  }
}

const words: Record<Notice['what'], string> = {
  raised: 'Needs a hand',
  reminder: 'Still needs a hand',
  resolved: 'Over',
  test: 'Test',
};
