import { isCurrency } from '../base/index.ts';
import { normalIdentity, type EventItem, type Identity, type ShopEvent } from '../event/index.ts';
import type { WebhookSettings } from './contract-webhook.ts';
import { isEcid } from './edge-identity.ts';
import { asList, asNumber, asText, dig } from './json.ts';
import { isEmail } from './row.ts';
import type { Headers } from './webhook-signature.ts';
import { asItemId, minorOf } from './xdm-value.ts';

/** What is known of a signed body of a shop platform, besides its own words. */
export interface PlatformContext {
  /** `webhook:<key>`. */
  source: string;
  settings: WebhookSettings;
  /** The shop's currency, for bodies that carry none. */
  currency: string;
  /** Business time, UTC ms. */
  now: number;
  headers: Headers;
}

/** What a signed body means here. */
export interface Taken {
  events: ShopEvent[];
  /** Items for the catalogue, in its form. */
  items?: Record<string, unknown>[];
  /** Ids of items that are sold no more. */
  gone?: string[];
  /** What the items are about and as of when, so that a late body does not undo a newer one. */
  subject?: { id: string; at: number };
  /** A platform asks something about a person's data; `erase` names whom it wants forgotten. */
  request?: { topic: string; body: unknown; erase?: Identity[] };
  refused: { id: string | null; why: string }[];
  /** Why nothing is to be done. */
  ignored?: string;
}

/** Nothing to be done, and why. */
export function ignored(why: string): Taken {
  return { events: [], refused: [], ignored: why };
}

/** Nothing could be made of it, and why. */
export function refused(id: string | undefined, why: string): Taken {
  return { events: [], refused: [{ id: id ?? null, why }] };
}

/** Decimal text or number in major units → minor units; undefined when it is neither or below zero. */
export function moneyOf(value: unknown, currency: string): number | undefined {
  const number = asNumber(value);
  return number === undefined || number < 0 ? undefined : minorOf(number, currency);
}

/** Three capitals, or undefined. */
export function currencyOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : value;
  return isCurrency(text) ? text : undefined;
}

/** ISO 8601 with or without a zone (then UTC) → UTC ms; undefined for what is no time, and never later than now. */
export function timeOf(value: unknown, now: number): number | undefined {
  const text = asText(value, 40);
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined;
  const time = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(time) || time < Date.UTC(1995, 0, 1) ? undefined : Math.min(time, now);
}

/** An e-mail address as identity, if it is one. */
export function emailIdentity(value: unknown): Identity[] {
  const text = asText(value, 254);
  const identity = text === undefined ? undefined : normalIdentity('email', text);
  return identity && isEmail(identity.id) ? [identity] : [];
}

/** The customer's number in a platform; 0 is a guest. */
export function customerIdentity(namespace: string, value: unknown): Identity[] {
  const id = asText(value, 128);
  return id === undefined || id === '0' ? [] : [{ namespace, id }];
}

/** The Web SDK's visitor out of note attributes (`name`) or meta data (`key`), when the settings name the field. */
export function deviceIdentity(fields: unknown, settings: WebhookSettings): Identity[] {
  const { deviceField } = settings;
  if (deviceField === undefined) return [];
  const value = fieldOf(fields, deviceField);
  return isEcid(value) ? [{ namespace: 'ecid', id: value }] : [];
}

/** The value of a named field in a list of `{name, value}` or `{key, value}`. */
export function fieldOf(fields: unknown, name: string): unknown {
  const found = asList(fields).find((field) => dig(field, 'name') === name || dig(field, 'key') === name);
  return dig(found, 'value');
}

/** Lines of an order → items, by what the shop calls an item. Lines without a product (tips, fees) are left out. */
export function itemsOf(
  lines: unknown,
  how: { settings: WebhookSettings; currency: string; variant: string },
): EventItem[] {
  return asList(lines)
    .slice(0, 1000)
    .flatMap((line) => {
      const id = itemIdOf(line, how);
      if (id === undefined) return [];
      const quantity = asNumber(dig(line, 'quantity'));
      const price = moneyOf(dig(line, 'price'), how.currency);
      const item: EventItem = { id };
      if (quantity !== undefined && quantity >= 0) item.quantity = Math.trunc(quantity);
      if (price !== undefined) Object.assign(item, { priceMinor: price, currency: how.currency });
      return [item];
    });
}

function itemIdOf(line: unknown, { settings, variant }: { settings: WebhookSettings; variant: string }) {
  const product = asItemId(dig(line, 'product_id'));
  if (settings.itemId === 'sku') return asItemId(dig(line, 'sku')) ?? product;
  if (settings.itemId !== 'variant') return product;
  const id = asItemId(dig(line, variant));
  return id === undefined || id === '0' ? product : id;
}

/** The parts every event of a platform shares; the visitor is settled at the door, by what the order is known under. */
export function platformEvent(
  context: PlatformContext,
  parts: Pick<ShopEvent, 'id' | 'types' | 'happenedAt' | 'identities'>,
): ShopEvent {
  const first = parts.identities[0];
  return {
    ...parts,
    source: context.source,
    receivedAt: context.now,
    level: 3,
    visitor: first ? `${first.namespace}:${first.id}` : '',
  };
}

/** Plain text without markup, for names. */
export function plain(value: unknown, limit: number): string | undefined {
  const text = typeof value === 'string' ? value.replaceAll(/\p{Cc}+/gu, ' ').trim() : undefined;
  return text === undefined || text === '' ? undefined : text.slice(0, limit);
}
