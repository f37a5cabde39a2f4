import { BeckonError } from '../base/index.ts';
import { readDetails, type Details } from './delivery-details.ts';
import { isEcid } from './edge-identity.ts';
import { errors } from './error.ts';
import { asList, asNumber, asObject, asText, dig } from './json.ts';
import { asLanguage } from './xdm.ts';

/** One place that asks for something to show. */
export interface Slot {
  place: 'mbox' | 'pageLoad' | 'view';
  /** Asked for ahead: shown only when a notification says so. */
  prefetch: boolean;
  index: number;
  /** Name of the mbox or view; absent for a page load, and for a view that stands for all views. */
  name: string | undefined;
  key: string | undefined;
  details: Details;
}

/** What a page tells of something it was given before. */
export interface Notification {
  /** Its place in the list, from 1. */
  row: number;
  id: string | undefined;
  type: 'display' | 'click' | undefined;
  tokens: string[];
  details: Details;
}

/** One of the parts of a request, `execute` or `prefetch`: which lists it has, so that the answer has the same. */
export interface Asked {
  mboxes: boolean;
  views: boolean;
  pageLoad: boolean;
}

/** A Delivery request, read (recommendations §2.2). */
export interface DeliveryCall {
  requestId: string | undefined;
  /** Without what follows a dot: a location hint of Adobe's, which we never give (edge trap 3). */
  tntId: string | undefined;
  thirdPartyId: string | undefined;
  ecid: string | undefined;
  customerIds: CustomerId[];
  propertyToken: string | undefined;
  /** Whose values of the items count (CAT-14): the number of an environment is its name here. */
  environment: string | undefined;
  execute: Asked;
  prefetch: Asked;
  slots: Slot[];
  notifications: Notification[];
  /** The caller wants no body back. */
  beacon: boolean;
  /** Somebody looks at a preview: nothing is behaviour (BEH-15). */
  isPreview: boolean;
  /** What was sent to look at a preview. */
  previewToken: string | undefined;
  /** Nothing but the activity of the preview is to be shown. */
  previewOnly: boolean;
  /** The visitor's; the caller's own header says nothing about who looks (BEH-16). */
  userAgent: string | undefined;
  language: string | undefined;
  page: { url?: string; referrer?: string };
  /** The key that a trace was asked for with; an empty text when it came without. */
  traceToken: string | undefined;
}

export interface CustomerId {
  id: string;
  integrationCode: string;
  state: 'authenticated' | 'unknown' | 'logged_out';
}

const maxSlots = 50;
const maxNotifications = 200;
const environmentName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;

/**
 * Reads a parsed body. Lenient in what it does not need: any refusal costs the caller eleven requests (edge trap 4).
 *
 * @throws API_INPUT_INVALID
 */
export function readDelivery(body: unknown): DeliveryCall {
  if (!asObject(body)) throw invalid('The body is not a JSON object');
  const ecid = asText(dig(body, 'id', 'marketingCloudVisitorId'), 38);
  const slots = (['execute', 'prefetch'] as const).flatMap((part) => slotsOf(dig(body, part), part));
  const preview = [dig(body, 'qaMode', 'token'), dig(body, 'preview', 'token')];
  return {
    requestId: asText(dig(body, 'requestId'), 128),
    tntId: asText(dig(body, 'id', 'tntId'), 128)?.split('.', 1)[0] || undefined,
    thirdPartyId: asText(dig(body, 'id', 'thirdPartyId'), 256),
    ecid: isEcid(ecid) ? ecid : undefined,
    customerIds: customerIds(dig(body, 'id', 'customerIds')),
    propertyToken: tokenOf(body),
    environment: environmentOf(dig(body, 'environmentId')),
    execute: askedOf(dig(body, 'execute')),
    prefetch: askedOf(dig(body, 'prefetch')),
    slots,
    notifications: asList(dig(body, 'notifications')).slice(0, maxNotifications).map(readNotification),
    beacon: dig(body, 'context', 'beacon') === true,
    isPreview: preview.some((token) => asText(token, 4096) !== undefined),
    previewToken: asText(preview[0], 4096) ?? asText(preview[1], 4096),
    previewOnly: dig(body, 'qaMode', 'listedActivitiesOnly') === true,
    userAgent: asText(dig(body, 'context', 'userAgent'), 1024),
    language: asLanguage(dig(body, 'context', 'browser', 'language')),
    page: pageOf(dig(body, 'context', 'address')),
    traceToken: asObject(dig(body, 'trace'))
      ? (asText(dig(body, 'trace', 'authorizationToken'), 512) ?? '')
      : undefined,
  };
}

function invalid(sentence: string, where?: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, sentence, where === undefined ? {} : { where });
}

/** The property, by its own field or by the parameter that older pages send. */
function tokenOf(body: unknown): string | undefined {
  const stated = dig(body, 'property', 'token');
  const token = asText(stated, 128);
  if (token === undefined && stated !== undefined && stated !== null && stated !== '') {
    throw invalid('Invalid property token', 'property.token');
  }
  const mboxes = [...asList(dig(body, 'execute', 'mboxes')), ...asList(dig(body, 'prefetch', 'mboxes'))];
  const parts = [dig(body, 'execute', 'pageLoad'), dig(body, 'prefetch', 'pageLoad'), ...mboxes];
  return parts.reduce<string | undefined>(
    (found, part) => found ?? asText(dig(part, 'parameters', 'at_property'), 128),
    token,
  );
}

/** As the admin API names environments; what is no name of one is as good as none. */
function environmentOf(given: unknown): string | undefined {
  const name = typeof given === 'number' ? String(given) : asText(given, 64);
  return name !== undefined && environmentName.test(name) ? name : undefined;
}

function askedOf(part: unknown): Asked {
  return {
    mboxes: Array.isArray(dig(part, 'mboxes')),
    views: Array.isArray(dig(part, 'views')),
    pageLoad: asObject(dig(part, 'pageLoad')) !== undefined,
  };
}

function slotsOf(part: unknown, name: 'execute' | 'prefetch'): Slot[] {
  const prefetch = name === 'prefetch';
  const pageLoad = asObject(dig(part, 'pageLoad'));
  const whole: Slot[] = pageLoad
    ? [{ place: 'pageLoad', prefetch, index: 0, name: undefined, key: undefined, details: readDetails(pageLoad) }]
    : [];
  const mboxes = listOf(part, 'mboxes', name).map((mbox, position) =>
    readMbox(mbox, { position, prefetch, part: name }),
  );
  const views = prefetch ? listOf(part, 'views', name).map(readView) : [];
  return [...whole, ...mboxes, ...views];
}

/** A list of at most fifty; absent is none. */
function listOf(part: unknown, name: string, within: string): unknown[] {
  const list = dig(part, name);
  const where = `${within}.${name}`;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid(`"${where}" is not a list`, where);
  if (list.length > maxSlots)
    throw invalid(`${where} has ${list.length}: size must be between 0 and ${maxSlots}`, where);
  return list;
}

function readMbox(
  mbox: unknown,
  { position, prefetch, part }: { position: number; prefetch: boolean; part: string },
): Slot {
  const name = asText(dig(mbox, 'name'), 250);
  const where = `${part}.mboxes[${position}]`;
  if (name === undefined) throw invalid(`${where} has no name of 1 to 250 characters`, where);
  const index = asNumber(dig(mbox, 'index')) ?? position;
  return { place: 'mbox', prefetch, index, name, key: undefined, details: readDetails(mbox) };
}

function readView(view: unknown, index: number): Slot {
  const [name, key] = [asText(dig(view, 'name'), 128), asText(dig(view, 'key'), 512)];
  return { place: 'view', prefetch: true, index, name, key, details: readDetails(view) };
}

function customerIds(list: unknown): CustomerId[] {
  return asList(list)
    .slice(0, 20)
    .flatMap((entry) => {
      const id = asText(dig(entry, 'id'), 128);
      const integrationCode = asText(dig(entry, 'integrationCode'), 50);
      const stated = dig(entry, 'authenticatedState');
      const state = stated === 'logged_out' || stated === 'unknown' ? stated : 'authenticated';
      return id === undefined || integrationCode === undefined ? [] : [{ id, integrationCode, state } as const];
    });
}

function readNotification(entry: unknown, index: number): Notification {
  const type = dig(entry, 'type');
  const tokens = asList(dig(entry, 'tokens')).slice(0, 50);
  return {
    row: index + 1,
    id: asText(dig(entry, 'id'), 200),
    type: type === 'display' || type === 'click' ? type : undefined,
    tokens: tokens.map((token) => asText(token, 1024)).filter((token) => token !== undefined),
    details: readDetails(entry),
  };
}

function pageOf(address: unknown): DeliveryCall['page'] {
  const [url, referrer] = [asText(dig(address, 'url'), 2048), asText(dig(address, 'referringUrl'), 2048)];
  return { ...(url === undefined ? {} : { url }), ...(referrer === undefined ? {} : { referrer }) };
}
