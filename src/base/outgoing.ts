import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './address.ts';

/** Headers that nobody may set on a call: they say how the call itself is made (trust.md §3.1). */
export const reservedHeader =
  /^(host|connection|keep-alive|transfer-encoding|content-length|te|trailer|upgrade|expect|proxy-.*|cookie)$/i;

/** Hosts of one's own network, `name` or `name:port`, as they are looked up. */
export function hostSet(hosts: readonly string[] = []): ReadonlySet<string> {
  return new Set(hosts.map((host) => host.toLowerCase()));
}

/** Does this address lead to a host that the operator has named? Such a host may be called whatever it resolves to. */
export function isAllowedHost(target: URL, allowed: ReadonlySet<string>): boolean {
  return allowed.has(target.host) || allowed.has(target.hostname);
}

/**
 * Why an address that somebody has chosen may not be called, in words that follow "may not call it:"; null when it may.
 * Pure: names are judged once more when they are resolved (`vettedLookup`).
 */
export function refusalOf(target: URL, allowed: ReadonlySet<string>): string | null {
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return 'it is not https';
  if (target.username !== '' || target.password !== '') return 'it carries a user name';
  if (isAllowedHost(target, allowed)) return null;
  if (target.protocol !== 'https:') return 'only https is called';
  if (target.port !== '') return `port ${target.port} is not 443`;
  const host = target.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return 'it names an IP address';
  const isHere = host === 'localhost' || host.endsWith('.localhost') || !host.includes('.');
  return isHere ? 'the host is this machine or its network' : null;
}

/** Resolves a name to all its addresses, as `lookup` of `node:dns` does. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A lookup for a connection that resolves once, refuses the name if any of its addresses is special, and gives the vetted
 * ones: what is connected to is what was judged, so that a name cannot change in between (trust row 91).
 */
export function vettedLookup(resolve: Resolve, refused: (hostname: string, why: string) => Error): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      if (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address)))
        return callback(refused(hostname, 'it resolves to a private address'), '', 0);
      if (options.all) return (callback as unknown as (e: null, a: LookupAddress[]) => void)(null, addresses);
      callback(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}
