import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { basicOf, bearerOf } from './auth.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { isLoopback } from './session.ts';

/** What one sender may do; 0 is no limit. */
export interface Rates {
  /** Requests a second from one address (of IPv6 one /64 network); ten seconds' worth at once. */
  address: number;
  /** Requests a second with one key; ten seconds' worth at once. */
  key: number;
  /** Visitors an hour from one address that this process has not seen lately. */
  newVisitors: number;
  /** Events a second of one visitor, two minutes' worth at once; what comes faster is taken for a machine's. */
  pace: number;
  /** Senders on this machine count as well. */
  loopback: boolean;
}

/** One shop's busiest second from one address lies far below; so does a hotel's or an office's. */
export const usualRates: Rates = { address: 200, key: 2000, newVisitors: 20_000, pace: 1, loopback: false };

const burstSeconds = 10;
const paceSeconds = 120;
const hourSeconds = 3600;
const senders = 20_000;
const visitors = 200_000;

/** Of a request, what tells who sends it. */
type Sender = Pick<FastifyRequest, 'headers' | 'ip'>;

/** Token buckets by name, the least recently used forgotten first. Real time. */
export class Buckets {
  readonly #known = new Map<string, { tokens: number; at: number }>();
  readonly #now: () => number;
  readonly #size: number;

  /** @param now real time, UTC ms @param size how many names are remembered */
  constructor(now: () => number, size = senders) {
    this.#now = now;
    this.#size = size;
  }

  /** Takes a token. @returns 0 when there was one, otherwise the seconds until there is */
  take(name: string, { rate, burst }: { rate: number; burst: number }): number {
    const now = this.#now();
    const known = this.#known.get(name);
    const gained = known ? (Math.max(0, now - known.at) * rate) / 1000 : 0;
    const tokens = Math.min(burst, (known?.tokens ?? burst) + gained);
    this.#known.delete(name);
    this.#known.set(name, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    if (this.#known.size > this.#size) this.#known.delete(this.#known.keys().next().value!);
    return tokens >= 1 ? 0 : (1 - tokens) / rate;
  }
}

/** The limits of one server, trust.md §3.4. Each process counts for itself. */
export class Limits {
  readonly #rates: Rates;
  readonly #buckets: Buckets;
  /** Visitors seen lately, in two halves: when one is full the older goes. */
  #young = new Set<string>();
  #old = new Set<string>();

  constructor(rates: Rates, now: () => number) {
    this.#rates = rates;
    this.#buckets = new Buckets(now);
  }

  /** Counts a request. @throws API_TOO_MANY */
  request(request: Sender): void {
    const { address, key } = this.#rates;
    const sent = key > 0 ? (bearerOf(request) ?? basicOf(request)) : undefined;
    if (sent !== undefined) this.#take(`key ${sent}`, key, burstSeconds, 'with this key');
    if (address > 0 && this.#counts(request.ip))
      this.#take(`address ${networkOf(request.ip)}`, address, burstSeconds, 'from this address');
  }

  /** Counts a visitor, if it was not seen lately. @throws API_TOO_MANY */
  visitor(request: Sender, visitor: string): void {
    const { newVisitors } = this.#rates;
    if (newVisitors === 0 || !this.#counts(request.ip)) return;
    if (this.#young.has(visitor)) return;
    if (!this.#old.has(visitor))
      this.#take(
        `visitors ${networkOf(request.ip)}`,
        newVisitors / hourSeconds,
        hourSeconds,
        'of new visitors from this address',
      );
    this.#young.add(visitor);
    if (this.#young.size < visitors / 2) return;
    this.#old = this.#young;
    this.#young = new Set();
  }

  /** Does the visitor do more than people do? Such events are kept, marked, and learned nothing from (trust row 85). */
  isMachine(request: Sender, visitor: string, events: number): boolean {
    const { pace: rate } = this.#rates;
    if (rate === 0 || !this.#counts(request.ip)) return false;
    let waits = 0;
    for (let n = 0; n < events; n++)
      waits = Math.max(waits, this.#buckets.take(`pace ${visitor}`, { rate, burst: rate * paceSeconds }));
    return waits > 0;
  }

  #counts(ip: string): boolean {
    return this.#rates.loopback || !isLoopback(ip);
  }

  #take(name: string, rate: number, seconds: number, what: string): void {
    const wait = this.#buckets.take(name, { rate, burst: Math.max(1, rate * seconds) });
    if (wait === 0) return;
    throw new BeckonError(errors.API_TOO_MANY, `Too many requests ${what}; nothing of this one was kept`, {
      retryAfter: Math.max(1, Math.ceil(wait)),
    });
  }
}

/** An IPv4 address itself; of IPv6 the /64 network, which one subscriber has as a whole. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined || !ip.includes(':')) return mapped ?? ip;
  const [head = '', tail] = ip.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const rest = tail?.split(':').filter((group) => group !== '').length ?? 0;
  while (groups.length < 8 - rest && groups.length < 4) groups.push('0');
  return groups.slice(0, 4).join(':').toLowerCase();
}

const known = new WeakMap<House, Limits>();

/** The limits of a house's server. */
export function limitsOf(house: House): Limits {
  const found = known.get(house) ?? new Limits({ ...usualRates, ...house.settings.rates }, () => house.clock.real());
  known.set(house, found);
  return found;
}

/** Who is over a limit is refused before the body is read; CORS headers are set by then (edge trap 7). */
export function limitRequests(app: FastifyInstance, house: House): void {
  const limits = limitsOf(house);
  app.addHook('preParsing', (request, _reply, payload, done) => {
    try {
      limits.request(request);
    } catch (error) {
      return done(error as Error);
    }
    done(null, payload);
  });
}
