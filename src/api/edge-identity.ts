import { createHmac } from 'node:crypto';
import type { Random } from '../base/index.ts';
import { decoded } from './cookie.ts';
import { asList, asObject, asText, dig } from './json.ts';

/** How an ECID came to be: field 10.6 of the identity value (edge-protocol §5). */
export const identitySource = { random: 0, fpid: 2, received: 3 } as const;

/** The visitor of one request. */
export interface Resolved {
  ecid: string;
  source: 0 | 2 | 3;
  /** Minted now, not seen before. */
  fresh: boolean;
  /** When this identity was first made, UTC ms, if the cookie says; otherwise now. */
  createdAt: number;
}

const ecidForm = /^\d{38}$/;
const uuid4Form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** 38 decimal digits? Nothing else is taken from outside. */
export function isEcid(value: unknown): value is string {
  return typeof value === 'string' && ecidForm.test(value);
}

/** Two random 63-bit numbers, each as 19 digits (edge-protocol §6). */
export function mintEcid(random: Random): string {
  return ecidOfBytes(random.bytes(16));
}

/**
 * The ECID of a visitor whom nobody knows yet, out of the request's own id: a retry carries the same id (edge trap 12),
 * so it finds the same visitor and a first purchase that is sent again counts once. Only a random id (UUID v4) is
 * trusted with it; whoever sends a fixed one gets a random ECID each time.
 */
export function ecidOfRequest(secret: Uint8Array, orgId: string, requestId: string): string | undefined {
  if (!uuid4Form.test(requestId.toLowerCase())) return undefined;
  return ecidOfBytes(createHmac('sha256', secret).update(`request:${orgId}:${requestId}`, 'utf8').digest());
}

/** The ECID of a first-party device id: always the same within one installation and organisation. */
export function ecidOfFpid(secret: Uint8Array, orgId: string, fpid: string): string {
  return ecidOfBytes(createHmac('sha256', secret).update(`${orgId}:${fpid.toLowerCase()}`, 'utf8').digest());
}

function ecidOfBytes(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const half = (at: number) => (view.getBigUint64(at) & 0x7fffffffffffffffn).toString().padStart(19, '0');
  return half(0) + half(8);
}

/** A version 4 UUID in lower case, or undefined: other FPIDs are refused. */
export function asFpid(value: unknown): string | undefined {
  const text = typeof value === 'string' ? decoded(value).trim().toLowerCase() : '';
  return uuid4Form.test(text) ? text : undefined;
}

/** Cookie names carry the organisation with its first @ as _ (edge-protocol §5). */
export function orgKey(orgId: string): string {
  return orgId.replace('@', '_');
}

/** Where an identity may stand in a request, besides its events. */
export interface IdentityParts {
  /** `xdm.identityMap` of the request, or the top-level `identityMap`. */
  maps: unknown[];
  /** Entries of meta.state. */
  entries: ReadonlyMap<string, string>;
  cookies: ReadonlyMap<string, string>;
  orgId: string;
  fpidCookie: string | null;
}

/** Reads what a request says, in the order of edge-protocol §6; null when it says nothing usable. */
export function knownIdentity(parts: IdentityParts, secret: Uint8Array): Resolved | null {
  const found = (ecid: string, source: 0 | 2 | 3, createdAt = 0): Resolved => ({
    ecid,
    source,
    createdAt,
    fresh: false,
  });
  for (const map of parts.maps) {
    const ecid = firstOf(map, 'ecid');
    if (isEcid(ecid)) return found(ecid, identitySource.received);
  }
  const name = `kndctr_${orgKey(parts.orgId)}_identity`;
  for (const value of [parts.entries.get(name), parts.cookies.get(name)]) {
    const identity = value === undefined ? null : decodeIdentity(value);
    if (identity) return found(identity.ecid, identitySource.random, identity.createdAt);
  }
  const legacy = legacyEcid(parts.cookies, parts.orgId);
  if (legacy) return found(legacy, identitySource.received);
  const fpid =
    parts.maps.map((map) => asFpid(firstOf(map, 'fpid'))).find((value) => value !== undefined) ??
    (parts.fpidCookie === null ? undefined : asFpid(parts.cookies.get(parts.fpidCookie)));
  return fpid === undefined ? null : found(ecidOfFpid(secret, parts.orgId, fpid), identitySource.fpid);
}

/** As `knownIdentity`, minting where nothing is known. */
export function resolveIdentity(
  parts: IdentityParts,
  { secret, random, requestId }: { secret: Uint8Array; random: Random; requestId: string },
): Resolved {
  const known = knownIdentity(parts, secret);
  if (known) return known;
  const ecid = ecidOfRequest(secret, parts.orgId, requestId) ?? mintEcid(random);
  return { ecid, source: identitySource.random, createdAt: 0, fresh: true };
}

/** First id of a namespace in an identityMap; namespaces compare without case. */
function firstOf(map: unknown, namespace: string): unknown {
  for (const [name, list] of Object.entries(asObject(map) ?? {})) {
    if (name.toLowerCase() === namespace) return dig(asList(list)[0], 'id');
  }
  return undefined;
}

/** The ECID in alloy's legacy cookie `AMCV_<org>` (edge trap 10). */
function legacyEcid(cookies: ReadonlyMap<string, string>, orgId: string): string | undefined {
  for (const [name, value] of cookies) {
    if (!name.startsWith('AMCV_') || decoded(name) !== `AMCV_${orgId}`) continue;
    return /(?:^|\|)MCMID\|(\d{38})(?:\||$)/.exec(decoded(value))?.[1];
  }
  return undefined;
}

/** `meta.state.entries` as a map. */
export function stateEntries(meta: unknown): Map<string, string> {
  const entries = new Map<string, string>();
  for (const entry of asList(dig(meta, 'state', 'entries')).slice(0, 100)) {
    const key = asText(dig(entry, 'key'), 200);
    const value = asText(dig(entry, 'value'), 4096);
    if (key !== undefined && value !== undefined && !entries.has(key)) entries.set(key, value);
  }
  return entries;
}

/**
 * The value of the identity cookie: URL-safe base64 of field 1 = ECID, field 10 = {1 created, 2 is new, 3 browser,
 * 6 source}, field 30 = written (edge-protocol §5). Field 1 comes first, as the SDK's own values have it.
 */
export function encodeIdentity(identity: Resolved, now: number): string {
  const { ecid, createdAt, fresh, source } = identity;
  let at = putVarint(scratch, 0, 0x0a);
  at = putVarint(scratch, at, ecid.length);
  at += scratch.write(ecid, at, 'latin1');
  scratch[at++] = 0x52;
  // The details are shorter than 128 octets, so their length is one.
  const details = at + 1;
  let end = putField(scratch, details, 1, createdAt || now);
  end = putField(scratch, end, 2, fresh ? 1 : 0);
  end = putField(scratch, end, 3, 1);
  end = putField(scratch, end, 6, source);
  scratch[at] = end - details;
  end = putField(scratch, end, 30, now);
  return scratch.toString('base64url', 0, end);
}

/** Where values are put together; longer than any. */
const scratch = Buffer.alloc(256);

/** @returns where the next octet goes */
function putField(bytes: Uint8Array, at: number, number: number, value: number): number {
  return putVarint(bytes, putVarint(bytes, at, number * 8), value);
}

function putVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = Math.max(0, Math.floor(value));
  while (rest > 127) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

/** Reads an identity value with fields in any order; null for garbage, which makes us mint anew. */
export function decodeIdentity(value: string): { ecid: string; createdAt: number } | null {
  if (value.length > 1024) return null;
  const bytes = Buffer.from(decoded(value), 'base64url');
  const fields = readFields(bytes);
  const ecid = fields?.get(1);
  if (!(ecid instanceof Uint8Array)) return null;
  const text = Buffer.from(ecid).toString('latin1');
  if (!isEcid(text)) return null;
  const details = fields?.get(10);
  const createdAt = details instanceof Uint8Array ? readFields(details)?.get(1) : undefined;
  return { ecid: text, createdAt: typeof createdAt === 'number' ? createdAt : 0 };
}

/** Protobuf fields: numbers of varints, bytes of length-delimited ones; the first of a number wins. Null when cut off. */
function readFields(bytes: Uint8Array): Map<number, number | Uint8Array> | null {
  const fields = new Map<number, number | Uint8Array>();
  const place = { at: 0 };
  while (place.at < bytes.length) {
    const tag = takeVarint(bytes, place);
    const wire = tag & 7;
    const value = takeVarint(bytes, place);
    if (Number.isNaN(tag) || Number.isNaN(value) || (wire !== 0 && wire !== 2)) return null;
    const key = Math.floor(tag / 8);
    if (wire === 0) {
      if (!fields.has(key)) fields.set(key, value);
      continue;
    }
    if (place.at + value > bytes.length) return null;
    if (!fields.has(key)) fields.set(key, bytes.subarray(place.at, place.at + value));
    place.at += value;
  }
  return fields;
}

/** NaN when it is cut off or too long. */
function takeVarint(bytes: Uint8Array, place: { at: number }): number {
  let value = 0;
  for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
    const byte = bytes[place.at++];
    if (byte === undefined) return Number.NaN;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  return Number.NaN;
}
