import type { FastifyRequest } from 'fastify';
import { BeckonError, hmac, sha256 } from '../base/index.ts';
import { normalIdentity, type Datastream, type Identity } from '../event/index.ts';
import { bearerOf } from './auth.ts';
import { isBot } from './bot.ts';
import type { DeliveryCall } from './delivery-request.ts';
import { isEcid } from './edge-identity.ts';
import { originAllowed } from './edge-request.ts';
import { errors } from './error.ts';
import type { Profile } from '../profile/index.ts';
import type { House, Person } from './house.ts';
import { asText, dig } from './json.ts';
import { findProfile, inTime, isOwnNamespace, personIfAllowed } from './person.ts';
import { isEmail } from './row.ts';
import { claimsOf } from './xdm.ts';

/** What a secret key lets its holder do here. */
export interface Trust {
  /** Read by any name (scope `recommend`). */
  reads: boolean;
  /** Say what happened, and to whom (scope `events`). */
  tells: boolean;
  /** Say what is known of somebody (scope `profiles`). */
  asserts: boolean;
}

/** Who calls: the request as read, and what is believed of it. */
export interface Caller {
  call: DeliveryCall;
  /** The name of the shop as the caller gave it: answered as it came. */
  client: string;
  datastream: Datastream | null;
  /** Where its events come from. */
  source: string;
  requestId: string;
  tntId: string;
  trust: Trust;
  bot: boolean;
}

const nobody: Trust = { reads: false, tells: false, asserts: false };

/**
 * Who calls. The tenant is known by either name (C-12), the datastream by the property's token, that name or the
 * organisation. A page that no datastream lets send is refused before anything is kept.
 *
 * @throws API_INPUT_INVALID, API_ORIGIN_REFUSED, API_KEY_NOT_ENOUGH
 */
export async function callerOf(request: FastifyRequest, call: DeliveryCall, house: House): Promise<Caller> {
  const named = asText(dig(request.params, 'client') ?? dig(request.query, 'client'), 128);
  const org = asText(dig(request.query, 'imsOrgId'), 128);
  const client = named ?? org;
  if (client === undefined)
    throw new BeckonError(errors.API_INPUT_INVALID, 'The address names neither client nor imsOrgId');
  const datastream = datastreamOf([call.propertyToken, named], org, house);
  assertOrigin(request, datastream, house);
  const source = datastream ? `delivery:${datastream.id}` : 'delivery';
  return {
    call,
    client,
    datastream,
    source,
    requestId: call.requestId ?? house.ids.next(),
    tntId: call.tntId ?? mintTntId(request, call, house),
    trust: await trustOf(request, source, house),
    bot: isBot(call.userAgent),
  };
}

/** By the id of a datastream, by its organisation, or the only one there is. */
function datastreamOf(names: (string | undefined)[], org: string | undefined, house: House): Datastream | null {
  for (const name of names) {
    const found = name === undefined ? undefined : house.events.datastream(name);
    if (found) return found;
  }
  const all = house.events.datastreams();
  return all.find(({ orgId }) => orgId !== null && orgId === org) ?? (all.length === 1 ? all[0]! : null);
}

function assertOrigin({ headers }: FastifyRequest, datastream: Datastream | null, house: House): void {
  const rules = datastream ?? { id: '', name: '', orgId: null, allowedOrigins: [], fpidCookie: null };
  if (originAllowed(headers.origin, rules, house.settings.publicUrl)) return;
  throw new BeckonError(errors.API_ORIGIN_REFUSED, `Pages of ${headers.origin} may not ask here`);
}

/**
 * A new visitor's id, without a dot (edge trap 3). It hangs on the request, so that the SDK's eleven tries are one
 * visitor (edge trap 4); not on the session alone, since samples have one for everybody.
 */
function mintTntId(request: FastifyRequest, { requestId }: DeliveryCall, house: House): string {
  if (requestId === undefined) return Buffer.from(house.random.bytes(16)).toString('hex');
  const sessionId = asText(dig(request.query, 'sessionId'), 128) ?? '';
  return sha256(hmac(house.settings.secret, `tntid:${sessionId}:${requestId}`)).slice(0, 32);
}

/**
 * What the key allows. A key that is not in force makes the answer one for a stranger, and is told to whoever looks at
 * what comes in: an error would cost the caller eleven requests and the shop its page (edge trap 4).
 */
async function trustOf(request: FastifyRequest, source: string, house: House): Promise<Trust> {
  const key = bearerOf(request) ?? asText(dig(request.params, 'key'), 256);
  if (key === undefined) return nobody;
  const admitted = await house.keys.admit(key);
  if (!admitted) {
    const why = 'The key is not known, or was revoked; the answer is one for a stranger';
    house.log.warn('delivery.key-unknown', { source });
    house.intake?.refused(source, [{ row: 1, id: null, code: errors.API_KEY_UNKNOWN.code, why }]);
    return nobody;
  }
  if (admitted.kind !== 'secret') return nobody;
  if (request.headers.origin !== undefined) {
    const mend = 'Revoke this key, and let only the server of the shop use one';
    const why = `A secret key comes from the page ${request.headers.origin}, where everybody reads it`;
    throw new BeckonError(errors.API_KEY_NOT_ENOUGH, why, { mend });
  }
  const may = (scope: string) => admitted.scopes.some((one) => one === '*' || one === scope);
  return { reads: may('recommend'), tells: may('events'), asserts: may('profiles') };
}

/** The device that asks: by its ECID, otherwise by the id we gave it. */
export function deviceOf({ call, tntId }: Caller): Identity {
  return call.ecid === undefined ? { namespace: 'tntid', id: tntId } : { namespace: 'ecid', id: call.ecid };
}

/** Devices the request names, the one that counts first. */
export function devicesOf({ call }: Caller): Identity[] {
  const ecid = call.ecid === undefined ? [] : [{ namespace: 'ecid', id: call.ecid }];
  return call.tntId === undefined ? ecid : [...ecid, { namespace: 'tntid', id: call.tntId }];
}

/** People the request names; whoever has logged out is not there. */
export function peopleOf({ call }: Caller, states: readonly string[]): Identity[] {
  const known = call.customerIds.filter(({ state }) => states.includes(state));
  const third = call.thirdPartyId === undefined ? [] : [normalIdentity('thirdpartyid', call.thirdPartyId)];
  return [...known.map(({ id, integrationCode }) => normalIdentity(integrationCode, id)), ...third];
}

/** The same as claims, for whom no key vouches. */
export function claimedBy(caller: Caller): Identity[] {
  return claimsOf(
    peopleOf(caller, ['authenticated', 'unknown']).map(({ namespace, id }) => ({ [namespace]: [{ id }] })),
  );
}

/** What is remembered of whoever asks, and why not. */
export interface Found {
  person: Person | null;
  /** Whoever was found, whether or not it may be used. */
  profile?: Profile | null;
  /** For the trace. */
  why:
    'known' | 'a stranger' | 'consent was taken back' | 'judged to be a machine' | 'the profile was not read in time';
}

/**
 * The memory an answer may rest on: the device's own, and of anybody the shop's server names with a key (design §7
 * "Identity"). Pages are answered in time or as to a stranger; a server waits, since a mail is not made twice.
 */
export async function personFor(caller: Caller, house: House): Promise<Found> {
  if (caller.bot && !caller.trust.reads) return { person: null, why: 'judged to be a machine' };
  if (caller.trust.reads) return lookFor(caller, house);
  const found = await inTime(lookFor(caller, house), house);
  return found?.value ?? { person: null, why: 'the profile was not read in time' };
}

async function lookFor(caller: Caller, house: House): Promise<Found> {
  const people = caller.trust.reads ? peopleOf(caller, ['authenticated', 'unknown']) : [];
  for (const identity of [...people, ...devicesOf(caller)]) {
    const profile = await findProfile(identity, house);
    if (!profile) continue;
    const person = personIfAllowed(profile, house);
    return { person, profile, why: person ? 'known' : 'consent was taken back' };
  }
  return { person: null, why: 'a stranger' };
}

/** Names that an event of the shop's server may link: in their form, and never our own profile ids, which are ours to give. */
export function linkable(identities: readonly Identity[]): Identity[] {
  return identities.filter(({ namespace, id }) => {
    if (isOwnNamespace(namespace) || !/^[a-z0-9._-]{1,64}$/.test(namespace)) return false;
    if (namespace === 'ecid') return isEcid(id);
    return namespace !== 'email' || isEmail(id);
  });
}
