import { Compile } from 'typebox/compile';
import { BeckonError, toMinor } from '../base/index.ts';
import { isOwnType, normalIdentity, type Identity, type ShopEvent } from '../event/index.ts';
import { EventInput, ProfileInput, type Identities, type RefusedRow } from './contract-in.ts';
import { isEcid } from './edge-identity.ts';
import { errors } from './error.ts';
import { adminLimits, asObject, asText, parseJson } from './json.ts';
import { isOwnNamespace } from './person.ts';
import { asTimeZone } from './xdm.ts';

/** Rows that became events, and rows that did not. */
export interface ReadRows {
  events: ShopEvent[];
  refused: RefusedRow[];
}

/** One row of the input before it is checked; `fault` when its line is not JSON. */
export interface RawRow {
  row: number;
  value?: unknown;
  fault?: BeckonError;
}

const checkProfile = Compile(ProfileInput);
const checkEvent = Compile(EventInput);
const emailForm = /^[^\s@<>"(),;:\\[\]]{1,64}@[^\s@<>"(),;:\\[\]]{1,190}\.[^\s@<>"(),;:\\[\].]{2,63}$/;
const maxRows = 10_000;
const earliest = Date.UTC(2000, 0, 1);
const aheadMs = 5 * 60_000;

/** Is this text, in its one form, an address that mail can go to? */
export function isEmail(id: string): boolean {
  return emailForm.test(id);
}

/**
 * A body → rows: one object, a JSON array, or one JSON value a line. A line that is not JSON is a fault of that row
 * alone; a JSON body that is not readable is a fault of the call.
 */
export function splitRows(text: string, isLines: boolean): RawRow[] {
  if (!isLines) {
    const value = parseJson(text, adminLimits);
    return bounded((Array.isArray(value) ? value : [value]).map((entry, index) => ({ row: index + 1, value: entry })));
  }
  const rows: RawRow[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() !== '') rows.push(readLine(line, index + 1));
  }
  return bounded(rows);
}

function readLine(line: string, row: number): RawRow {
  try {
    return { row, value: parseJson(line, adminLimits) };
  } catch (error) {
    if (error instanceof BeckonError) return { row, fault: error };
    throw error;
  }
}

function bounded(rows: RawRow[]): RawRow[] {
  if (rows.length <= maxRows) return rows;
  throw new BeckonError(errors.API_BODY_TOO_LARGE, `${rows.length} rows in one call; ${maxRows} are allowed`);
}

/** Turns rows into events; a row that fails is reported and costs no other row. */
export function readRows(rows: RawRow[], read: (value: unknown) => ShopEvent): ReadRows {
  const made: ReadRows = { events: [], refused: [] };
  for (const { row, value, fault } of rows) {
    try {
      if (fault) throw fault;
      made.events.push(read(value));
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      const id = asText(asObject(value)?.['id'], 128) ?? null;
      const why = error.where === undefined ? error.message : `${error.where}: ${error.message}`;
      made.refused.push({ row, id, code: error.code, why });
    }
  }
  return made;
}

/** One row of POST /v1/profiles → `profile.asserted`, at level 3. `next` gives an id where the row has none. */
export function profileEvent(value: unknown, now: number, next: () => string): ShopEvent {
  const input = checked(checkProfile, value);
  const identities = readIdentities(input.identities);
  const event: ShopEvent = {
    id: input.id ?? next(),
    source: 'server',
    types: input.consent ? ['profile.asserted', 'profile.consent'] : ['profile.asserted'],
    ...readTimes(input.at, now),
    level: 3,
    visitor: visitorOf(identities),
    identities,
  };
  if (input.attributes) {
    const timeZone = input.attributes['timeZone'];
    if (timeZone !== undefined && timeZone !== null && asTimeZone(timeZone) === undefined) {
      refuse(`${JSON.stringify(timeZone).slice(0, 64)} is not an IANA time zone`, 'attributes.timeZone');
    }
    event.attributes = { ...input.attributes };
  }
  if (input.consent) event.consent = { ...input.consent };
  if (input.consent && input.proof) event.proof = { ...input.proof };
  const email = spelledEmail(input.identities);
  const stated = input.attributes?.['email'];
  if (typeof stated === 'string' && stated.trim().toLowerCase() !== email?.toLowerCase()) {
    refuse(`The address "${stated}" is not the one among the identities`, 'attributes.email');
  }
  // The fold takes the address for the wire from here, with its letters as given.
  if (email !== undefined) event.attributes = { ...event.attributes, email };
  return event;
}

/** One row of POST /v1/events → an event at level 3 with its own time. */
export function serverEvent(value: unknown, now: number): ShopEvent {
  const input = checked(checkEvent, value);
  const types = typeof input.type === 'string' ? [input.type] : [...input.type];
  const own = types.find((type) => isOwnType(type) && type !== 'profile.signedOut');
  if (own !== undefined) refuse(`Events of type "${own}" are made by Beckon itself or by POST /v1/profiles`, 'type');
  const identities = readIdentities(input.identities);
  const event: ShopEvent = {
    id: input.id,
    source: 'server',
    types,
    ...readTimes(input.at, now),
    level: 3,
    visitor: visitorOf(identities),
    identities,
  };
  if (input.items) event.items = input.items.map((item) => itemOf(item, input.order?.currency));
  if (input.order) {
    const { id, total, currency, refundId } = input.order;
    event.order = {
      id,
      totalMinor: toMinor(total, currency),
      currency,
      ...(refundId === undefined ? {} : { refundId }),
    };
  }
  if (input.cartId !== undefined) event.cartId = input.cartId;
  if (input.page) event.page = { ...input.page };
  const timeZone = asTimeZone(input.timeZone);
  if (timeZone !== undefined) event.timeZone = timeZone;
  if (input.categories) event.categories = [...input.categories];
  if (input.data) event.data = { ...input.data };
  if (input.at !== undefined && timeOf(input.at) > now + aheadMs) event.data = { ...event.data, statedAt: input.at };
  return event;
}

type InputItem = NonNullable<EventInput['items']>[number];

function itemOf(item: InputItem, orderCurrency: string | undefined): NonNullable<ShopEvent['items']>[number] {
  const currency = item.currency ?? orderCurrency;
  return {
    id: item.id,
    ...(item.quantity === undefined ? {} : { quantity: item.quantity }),
    ...(item.price === undefined || currency === undefined
      ? {}
      : { priceMinor: toMinor(item.price, currency), currency }),
  };
}

/** A future time is set to now, because it would keep its place in every list for years (trust row 73). */
export function readTimes(at: string | undefined, now: number): { happenedAt: number; receivedAt: number } {
  if (at === undefined) return { happenedAt: now, receivedAt: now };
  const time = timeOf(at);
  if (Number.isNaN(time)) refuse(`"${at}" is not an ISO 8601 time`, 'at');
  if (time < earliest) refuse(`"${at}" lies before the year 2000`, 'at');
  return { happenedAt: time > now + aheadMs ? now : time, receivedAt: now };
}

function timeOf(at: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(at) ? Date.parse(at) : NaN;
}

/** Checked names: at least one; e-mail addresses and ECIDs must have their form. */
function readIdentities(input: Identities): Identity[] {
  const identities = new Map<string, Identity>();
  for (const [namespace, ids] of Object.entries(input)) {
    for (const id of typeof ids === 'string' ? [ids] : ids) {
      const identity = normalIdentity(namespace, id);
      checkIdentity(identity);
      identities.set(`${identity.namespace}:${identity.id}`, identity);
    }
  }
  if (identities.size === 0) refuse('The row names nobody', 'identities');
  return [...identities.values()];
}

function checkIdentity({ namespace, id }: Identity): void {
  const where = `identities.${namespace.slice(0, 64)}`;
  if (!/^[a-z0-9._-]{1,64}$/.test(namespace)) refuse(`"${namespace.slice(0, 64)}" is not a namespace`, 'identities');
  if (isOwnNamespace(namespace)) refuse('A profile id is ours to give', where);
  if (asText(id, 254) === undefined) refuse('The id is empty or has control characters', where);
  if (namespace === 'ecid' && !isEcid(id)) refuse(`"${id}" is not an ECID of 38 digits`, where);
  if (namespace === 'email' && !emailForm.test(id)) refuse(`"${id}" is not an e-mail address`, where);
}

/** The device when one is named, otherwise the first name: what the shard hangs on. */
function visitorOf(identities: Identity[]): string {
  const best = identities.find(({ namespace }) => namespace === 'ecid') ?? identities[0]!;
  return `${best.namespace}:${best.id}`;
}

/** The address with its letters as given, for the wire (trust M5). */
function spelledEmail(input: Identities): string | undefined {
  for (const [namespace, ids] of Object.entries(input)) {
    if (namespace.trim().toLowerCase() === 'email') return (typeof ids === 'string' ? ids : ids[0])?.trim();
  }
  return undefined;
}

interface Checker<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

/** The value as its schema types it. Throws API_INPUT_INVALID naming the field. */
function checked<T>(schema: Checker<T>, value: unknown): T {
  if (schema.Check(value)) return value;
  const [first] = schema.Errors(value);
  throw invalid(first);
}

/** A schema's finding as an error of ours: `/order/total` → "order.total must be ≥ 0". */
export function invalid(finding: { instancePath: string; message: string } | undefined): BeckonError {
  const where = (finding?.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.');
  const sentence = `${where === '' ? 'The input' : `"${where}"`} ${finding?.message ?? 'is not valid'}`;
  return new BeckonError(errors.API_INPUT_INVALID, sentence, where === '' ? {} : { where });
}

function refuse(sentence: string, where: string): never {
  throw new BeckonError(errors.API_INPUT_INVALID, sentence, { where });
}
