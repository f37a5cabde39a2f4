import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { asList, asNumber, asObject, asText, dig } from './json.ts';
import { idList, readTarget } from './xdm-target.ts';
import { asItemId } from './xdm-value.ts';

/** One mbox, as far as we answer it. */
export interface Mbox {
  index: number;
  name: string;
  criterion: string;
  item: string | undefined;
  /** Is naming the item a view of it? */
  views: boolean;
  cart: string[];
  excludedIds: string[];
  limit: number | undefined;
  backup: 'fill' | 'empty' | 'none' | undefined;
  order: { id: string; total: number | undefined; items: string[] } | undefined;
  attributes: Record<string, string>;
}

/** A Delivery request, read (recommendations.md §2.2). */
export interface DeliveryCall {
  requestId: string | undefined;
  /** Without what follows a dot: a location hint of Adobe's, which we never give (edge trap 3). */
  tntId: string | undefined;
  thirdPartyId: string | undefined;
  ecid: string | undefined;
  customerIds: { id: string; integrationCode: string }[];
  execute: Mbox[] | undefined;
  prefetch: Mbox[] | undefined;
  pageLoad: { execute: boolean; prefetch: boolean };
  notifications: { id: string; type: string; tokens: string[]; mbox: string | undefined }[];
  beacon: boolean;
}

const maxMboxes = 50;

/** Reads a parsed body. Lenient in what it does not need: any refusal costs the caller eleven requests (edge trap 4). */
export function readDelivery(body: unknown): DeliveryCall {
  if (!asObject(body)) throw new BeckonError(errors.API_INPUT_INVALID, 'The body is not a JSON object');
  const ecid = asText(dig(body, 'id', 'marketingCloudVisitorId'), 38);
  return {
    requestId: asText(dig(body, 'requestId'), 128),
    tntId: asText(dig(body, 'id', 'tntId'), 128)?.split('.', 1)[0] || undefined,
    thirdPartyId: asText(dig(body, 'id', 'thirdPartyId'), 256),
    ecid: ecid !== undefined && /^\d{38}$/.test(ecid) ? ecid : undefined,
    customerIds: customerIds(dig(body, 'id', 'customerIds')),
    execute: mboxes(dig(body, 'execute', 'mboxes')),
    prefetch: mboxes(dig(body, 'prefetch', 'mboxes')),
    pageLoad: { execute: hasObject(body, 'execute'), prefetch: hasObject(body, 'prefetch') },
    notifications: notifications(dig(body, 'notifications')),
    beacon: dig(body, 'context', 'beacon') === true,
  };
}

function hasObject(body: unknown, part: string): boolean {
  return asObject(dig(body, part, 'pageLoad')) !== undefined;
}

function customerIds(list: unknown): DeliveryCall['customerIds'] {
  return asList(list)
    .slice(0, 20)
    .flatMap((entry) => {
      const id = asText(dig(entry, 'id'), 128);
      const integrationCode = asText(dig(entry, 'integrationCode'), 50);
      const out = dig(entry, 'authenticatedState') === 'logged_out';
      return id === undefined || integrationCode === undefined || out ? [] : [{ id, integrationCode }];
    });
}

function mboxes(list: unknown): Mbox[] | undefined {
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list)) throw new BeckonError(errors.API_INPUT_INVALID, '"mboxes" is not a list');
  if (list.length > maxMboxes) {
    throw new BeckonError(errors.API_INPUT_INVALID, `${list.length} mboxes in one request; ${maxMboxes} are allowed`);
  }
  return list.map(readMbox);
}

const backups = ['fill', 'empty', 'none'] as const;

function readMbox(mbox: unknown, position: number): Mbox {
  const name = asText(dig(mbox, 'name'), 250);
  if (name === undefined) throw new BeckonError(errors.API_INPUT_INVALID, `Mbox ${position} has no name`);
  const parameters = dig(mbox, 'parameters');
  const target = readTarget(parameters);
  const item = asItemId(dig(mbox, 'product', 'id')) ?? target.item;
  const limit = asNumber(dig(parameters, 'limit'));
  return {
    index: asNumber(dig(mbox, 'index')) ?? position,
    name,
    criterion: asText(dig(parameters, 'criterion'), 128) ?? name,
    item,
    views: item !== undefined && String(dig(parameters, 'entity.event.detailsOnly')) !== 'true',
    cart: target.cartIds,
    excludedIds: target.excludedIds,
    limit: limit === undefined ? undefined : Math.min(Math.max(Math.trunc(limit), 1), 100),
    backup: backups.find((rule) => rule === dig(parameters, 'backup')),
    order: readOrder(dig(mbox, 'order')),
    attributes: readAttributes(dig(mbox, 'profileParameters')),
  };
}

function readOrder(order: unknown): Mbox['order'] {
  const id = asText(dig(order, 'id'), 250);
  if (id === undefined) return undefined;
  return { id, total: asNumber(dig(order, 'total')), items: idList(dig(order, 'purchasedProductIds')) };
}

function readAttributes(parameters: unknown): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [key, value] of Object.entries(asObject(parameters) ?? {}).slice(0, 50)) {
    const text = asText(value, 256);
    if (text !== undefined) attributes[key] = text;
  }
  return attributes;
}

function notifications(list: unknown): DeliveryCall['notifications'] {
  return asList(list)
    .slice(0, 200)
    .flatMap((entry) => {
      const id = asText(dig(entry, 'id'), 200);
      const type = asText(dig(entry, 'type'), 16) ?? '';
      const tokens = asList(dig(entry, 'tokens')).slice(0, 50);
      const read = tokens.map((token) => asText(token, 512)).filter((token) => token !== undefined);
      return id === undefined ? [] : [{ id, type, tokens: read, mbox: asText(dig(entry, 'mbox', 'name'), 250) }];
    });
}
