import { BeckonError, nearest, seal, unseal, type Clock, type Random } from '../base/index.ts';
import type { Runner, Store } from '../store/index.ts';
import { domainOf, readMailbox } from './address.ts';
import type { DkimKey } from './dkim.ts';
import { errors } from './error.ts';
import { homeKey } from './message.ts';
import { brandOf, dkimRecord, newPrivateKey, senderOf, signatureOf, type Brand, type Sender } from './sender.ts';
import { dropSender, putSender, senderRows, usesOfSender, type SenderRow } from './table-sender.ts';

/** A sender as people see it: no private key, but what DNS must say for it. */
export interface SenderView {
  key: string;
  /** `settings`: made by them, and written nowhere else. */
  origin: 'settings' | 'shop';
  sender: Omit<Sender, 'dkim'>;
  dkim: { selector: string; domain: string; host: string; record: string }[];
  savedAt: number | null;
}

type Listener = (key: string) => Promise<unknown>;

/** The brands that mail goes out for. The one of the settings is always there; others are as the shop makes them. */
export class Senders {
  readonly home: Brand;
  readonly #parts: { store: Store; clock: Clock; random: Random; secret: Uint8Array; ways: ReadonlySet<string> };
  readonly #known = new Map<string, { savedAt: number; brand: Brand }>();
  #pretends = false;
  #changed: Listener = () => Promise.resolve();

  constructor(
    parts: { store: Store; clock: Clock; random: Random; secret: Uint8Array; ways: ReadonlySet<string> },
    home: Brand,
  ) {
    this.#parts = parts;
    this.home = home;
  }

  /** From now on every name is a sender, and every pool has codes: in a story nobody is written to. */
  pretend(): void {
    this.#pretends = true;
  }

  get pretends(): boolean {
    return this.#pretends;
  }

  /** Told after a sender was written, since mails wear its theme. */
  onChange(listener: Listener): void {
    this.#changed = listener;
  }

  /** By key, that of the settings among them; read anew, so that a change counts at the next claim. */
  async brands(runner: Runner = this.#parts.store): Promise<ReadonlyMap<string, Brand>> {
    const rows = await senderRows(runner);
    const all = new Map<string, Brand>([[homeKey, this.home]]);
    for (const row of rows) all.set(row.key, this.#brand(row));
    return all;
  }

  /** The brand that a mail went out for; that of the settings for one that is gone, so that its links still work. */
  async brand(key: string | null | undefined): Promise<Brand> {
    if (key === null || key === undefined || key === homeKey) return this.home;
    return (await this.brands()).get(key) ?? this.home;
  }

  #brand(row: SenderRow): Brand {
    const known = this.#known.get(row.key);
    if (known?.savedAt === row.savedAt) return known.brand;
    const brand = brandOf({ key: row.key, sender: row.body, keys: this.#keysOf(row) }, this.home);
    this.#known.set(row.key, { savedAt: row.savedAt, brand });
    return brand;
  }

  #keysOf({ key, body, keys }: SenderRow): DkimKey[] {
    return (body.dkim ?? []).flatMap(({ selector, domain }) => {
      const pem = unseal(keys[selector] ?? '', { secret: this.#parts.secret, place: placeOf(key, selector) });
      if (pem === null) return [];
      return [signatureOf({ selector, domain: domain ?? domainOf(readMailbox(body.from).address), pem })];
    });
  }

  async list(): Promise<SenderView[]> {
    const rows = await senderRows(this.#parts.store);
    return [this.#homeView(), ...rows.map((row) => this.#view(row))];
  }

  /** Throws MESSAGE_SENDER_UNKNOWN. */
  async get(key: string): Promise<SenderView> {
    if (key === homeKey) return this.#homeView();
    const rows = await senderRows(this.#parts.store);
    const row = rows.find((one) => one.key === key);
    if (row) return this.#view(row);
    throw unknown(
      key,
      rows.map((one) => one.key),
    );
  }

  #homeView(): SenderView {
    const { name, from, reply, returns, reads, listDomain, render, dkim } = this.home;
    const { postalAddress, shop, publicUrl } = render;
    const written = (box: typeof from) => (box.name === '' ? box.address : `"${box.name}" <${box.address}>`);
    return {
      key: homeKey,
      origin: 'settings',
      sender: {
        name,
        from: written(from),
        ...(reply ? { replyTo: written(reply) } : {}),
        shopUrl: shop.url,
        linkUrl: publicUrl,
        ...(reads ? { returnDomain: returns } : {}),
        listDomain,
        postalAddress,
      },
      dkim: dkim.map(recordOf),
      savedAt: null,
    };
  }

  #view(row: SenderRow): SenderView {
    const { dkim: _dkim, ...sender } = row.body;
    const { key, savedAt } = row;
    return { key, origin: 'shop', sender, dkim: this.#brand(row).dkim.map(recordOf), savedAt };
  }

  /**
   * Stores a sender; the next claim sends by it. A key without its private key keeps the one it has, or gets a new one.
   *
   * @throws MESSAGE_SENDER_INVALID, MESSAGE_SENDER_FIXED, MESSAGE_ADDRESS_REFUSED, MESSAGE_HEADER_REFUSED; nothing is stored
   */
  async put(key: string, value: unknown): Promise<SenderView> {
    requireKey(key);
    const given = senderOf(value);
    this.#requireWay(given.way);
    const known = (await senderRows(this.#parts.store)).find((row) => row.key === key);
    const { secret, random, clock, store } = this.#parts;
    const keys: Record<string, string> = {};
    const dkim = (given.dkim ?? []).map(({ privateKey, ...signature }) => {
      const { selector } = signature;
      const kept = known?.keys[selector];
      if (privateKey === undefined && kept !== undefined) keys[selector] = kept;
      else {
        const pem = privateKey ?? newPrivateKey();
        signatureOf({ selector, domain: 'checked.invalid', pem });
        keys[selector] = seal(pem, { secret, random, place: placeOf(key, selector) });
      }
      return signature;
    });
    if (new Set(dkim.map(({ selector }) => selector)).size < dkim.length)
      throw new BeckonError(errors.MESSAGE_SENDER_INVALID, 'Two keys have one selector', { where: '/dkim' });
    const { dkim: _given, ...rest } = given;
    const body = dkim.length === 0 ? rest : { ...rest, dkim };
    // Two writings within a millisecond must not look like one to who remembers the first.
    const savedAt = Math.max(clock.now(), (known?.savedAt ?? 0) + 1);
    await putSender(store, { key, body, keys, savedAt });
    await this.#changed(key);
    return this.get(key);
  }

  #requireWay(way: string | undefined): void {
    const { ways } = this.#parts;
    if (way === undefined || ways.has(way)) return;
    const says = `There is no way out "${way}"; BECKON_WAYS names ${[...ways].join(', ') || 'none'}`;
    throw new BeckonError(errors.MESSAGE_SENDER_INVALID, says, { where: '/way' });
  }

  /** Throws MESSAGE_SENDER_UNKNOWN, MESSAGE_SENDER_FIXED, MESSAGE_SENDER_IN_USE. */
  async remove(key: string): Promise<void> {
    requireKey(key);
    await this.get(key);
    const { templates, waiting } = await usesOfSender(this.#parts.store, key);
    if (templates.length > 0 || waiting > 0) {
      const named = templates.length > 0 ? `named by ${templates.join(', ')}` : `needed by ${waiting} mails that wait`;
      throw new BeckonError(errors.MESSAGE_SENDER_IN_USE, `The sender "${key}" is ${named}`);
    }
    await dropSender(this.#parts.store, key);
  }
}

function recordOf(key: DkimKey): SenderView['dkim'][number] {
  const { selector, domain } = key;
  return { selector, domain, host: `${selector}._domainkey.${domain}`, record: dkimRecord(key) };
}

const placeOf = (key: string, selector: string) => `message_sender:keys:${key}:${selector}`;

function requireKey(key: string): void {
  if (key === homeKey)
    throw new BeckonError(errors.MESSAGE_SENDER_FIXED, 'The sender "default" is the one that the settings make');
  if (/^[a-z0-9][a-z0-9-]{0,59}$/.test(key)) return;
  const says = `"${key.slice(0, 80)}" cannot be the key of a sender: lower-case letters, digits and hyphens`;
  throw new BeckonError(errors.MESSAGE_SENDER_INVALID, says, { where: 'key' });
}

function unknown(key: string, keys: string[]): BeckonError {
  const near = nearest(key, [homeKey, ...keys]);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  return new BeckonError(errors.MESSAGE_SENDER_UNKNOWN, `There is no sender "${key.slice(0, 80)}"${hint}`);
}
