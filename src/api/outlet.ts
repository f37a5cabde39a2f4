import { createHmac } from 'node:crypto';
import { BeckonError, point, refusalOf, seal, unseal, type Clock, type Random } from '../base/index.ts';
import { cursorOf, placeAt, type LogLine, type LogPlace } from '../event/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './error.ts';
import {
  advanceOutlet,
  claimOutlet,
  dropOutlet,
  outletRow,
  putOutlet,
  restOutlet,
  type OutletRow,
} from './table-outlet.ts';

/** What is known of it; the secret is shown once, by whoever made it. */
export interface OutletView {
  url: string;
  types: string[];
  /** The place up to which it was sent. */
  cursor: string;
  sent: number;
  fault: string | null;
}

interface OutletParts {
  store: Store;
  clock: Clock;
  random: Random;
  /** The installation's secret. */
  secret: Uint8Array;
  /** Hosts of one's own network that may be called. */
  allowed: ReadonlySet<string>;
  events: { page(query: { after: LogPlace; limit: number; now: number }): Promise<LogLine[]> };
  /** One HTTP call, behind the guard. @returns the status */
  post: (url: string, headers: Record<string, string>, body: string) => Promise<number>;
}

const place = 'event-outlet';
const batch = 200;
/** How often it is looked whether there is anything to send, real time. */
const lookMs = 5000;
/** Rest while there is nothing, and after a fault at most, seconds. */
const rest = { quiet: 5, longest: 3600 };

/**
 * Sends the log on as it grows, to one address: signed, in order, and again until it is taken. A batch that is sent twice has the
 * same id both times.
 */
export class Outlet {
  readonly #parts: OutletParts;
  #turn: Promise<unknown> | undefined;
  #next = 0;
  /** Nobody waits for the other side: a call under way is left to itself. */
  readonly duty = { name: 'sending the log on', work: () => this.#work() };

  constructor(parts: OutletParts) {
    this.#parts = parts;
  }

  async view(): Promise<OutletView | null> {
    const row = await outletRow(this.#parts.store);
    return row && { url: row.url, types: row.types, cursor: cursorOf(row.place), sent: row.sent, fault: row.fault };
  }

  /** Sends to this address from now on, or from the beginning. @returns the secret that signs, shown this once */
  async put({ url, types, whole }: { url: string; types: string[]; whole: boolean }): Promise<string> {
    const { store, clock, random, secret, allowed } = this.#parts;
    const why = URL.canParse(url) ? refusalOf(new URL(url), allowed) : `${url} is no address`;
    if (why !== null) throw new BeckonError(errors.API_INPUT_INVALID, why, { where: 'url' });
    const made = `whsec_${Buffer.from(random.bytes(24)).toString('base64')}`;
    const from = placeAt(whole ? 0 : clock.now());
    const sealed = seal(made, { secret, place, random });
    await putOutlet(store, { url, types, secret: sealed, place: from, sent: 0, tries: 0, fault: null });
    return made;
  }

  remove(): Promise<boolean> {
    return dropOutlet(this.#parts.store);
  }

  async #work(): Promise<number> {
    const now = this.#parts.clock.real();
    if (this.#turn || now < this.#next) return 0;
    this.#next = now + lookMs;
    this.#turn = this.send()
      .catch(() => 0)
      .finally(() => (this.#turn = undefined));
    return 0;
  }

  /** Sends what there is, batch by batch. @returns how many events were taken */
  async send(): Promise<number> {
    const { store, clock, events } = this.#parts;
    let taken = 0;
    for (;;) {
      const row = await claimOutlet(store);
      if (row === null) return taken;
      const page = await events.page({ after: row.place, limit: batch, now: clock.now() });
      if (page.length === 0) {
        await restOutlet(store, { seconds: rest.quiet, fault: null });
        return taken;
      }
      const to = page.at(-1)!.place;
      const chosen = page.filter(
        ({ event }) => row.types.length === 0 || event.types.some((type) => row.types.includes(type)),
      );
      const fault = chosen.length === 0 ? null : await this.#post(row, { to, chosen });
      if (fault !== null) {
        await restOutlet(store, { seconds: Math.min(rest.longest, 2 ** Math.min(row.tries, 12)), fault });
        return taken;
      }
      point('outlet.sent');
      if (!(await advanceOutlet(store, row, { to, sent: chosen.length }))) return taken;
      taken += chosen.length;
    }
  }

  /** Signed as Standard Webhooks says. @returns why it was not taken; null when it was */
  async #post(row: OutletRow, { to, chosen }: { to: LogPlace; chosen: readonly LogLine[] }): Promise<string | null> {
    const { clock, secret, post } = this.#parts;
    const key = unseal(row.secret, { secret, place });
    if (key === null) return 'Its secret cannot be opened; put the address once more';
    const id = `log_${cursorOf(to)}`;
    const body = JSON.stringify({ type: 'events', id, events: chosen.map(({ event }) => event) });
    const at = String(Math.floor(clock.real() / 1000));
    const mac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64')).update(`${id}.${at}.${body}`);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': at,
      'webhook-signature': `v1,${mac.digest('base64')}`,
    };
    const status = await post(row.url, headers, body).catch((error: unknown) => (error as Error).message);
    if (typeof status === 'string') return status;
    return status >= 200 && status < 300 ? null : `It answered ${status}`;
  }
}
