import { lookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BeckonError, hostSet, isAllowedHost, refusalOf, reservedHeader, vettedLookup } from '../base/index.ts';
import { feedErrors } from './feed-error.ts';
import { feedLimits } from './feed-limit.ts';

/** What is asked of an address. */
export interface FetchRequest {
  url: string;
  /** Sent to the host of `url` only; a redirect to another one goes without them. */
  headers?: Readonly<Record<string, string>>;
  /** What the address said of the file that is known already. */
  etag?: string | null;
  modified?: string | null;
  /** Octets that may come; usually those of a feed. */
  limit?: number;
}

/** The file of an address, or that it has not changed. `octets` must be read to its end, or left by its `return`. */
export type Fetched =
  | { changed: false }
  | {
      changed: true;
      octets: AsyncIterable<Uint8Array>;
      etag: string | null;
      modified: string | null;
      /** The last part of the address it came from. */
      name: string | null;
    };

/** Loads a file from an address outside, piece by piece. */
export type Fetcher = (request: FetchRequest) => Promise<Fetched>;

export interface FetcherOptions {
  /** Hosts, `name` or `name:port`, that may be called whatever they resolve to, also without TLS: those of one's own network. */
  allowed?: readonly string[];
  /** Milliseconds until an answer begins, and between two pieces of it. */
  silenceMs?: number;
  /** Milliseconds for the whole file. */
  totalMs?: number;
}

const redirects = 3;
const usual = { silenceMs: 30_000, totalMs: 30 * 60_000 };
/** What a feed may not set: these say how the call itself is made, and a feed sends no body. */
const isReserved = (name: string) => reservedHeader.test(name) || name.toLowerCase() === 'content-type';
/** Connects to vetted addresses only. */
const guarded = vettedLookup(lookup, refusedUrl);

/**
 * A fetcher behind the guard of trust.md §3.1: https only, no addresses in numbers, no private networks, names resolved
 * once and the vetted address called; three redirects, each vetted anew, credentials left behind when the host changes,
 * none from https to http. No cookies, no proxies of the environment; octets, silence and the whole time are bounded.
 *
 * @throws FEED_URL_REFUSED, FEED_UNREACHABLE (worth another try), FEED_ANSWER_REFUSED, FEED_TOO_LARGE
 */
export function openFetcher(options: FetcherOptions = {}): Fetcher {
  const allowed = hostSet(options.allowed);
  const { silenceMs, totalMs } = { ...usual, ...options };
  return async (request) => {
    const signal = AbortSignal.timeout(totalMs);
    let target = vetted(request.url, allowed);
    let headers = { ...request.headers };
    for (let hops = 0; ; hops++) {
      const answer = await ask(target, { headers, request, signal, silenceMs, allowed });
      const status = answer.statusCode ?? 0;
      if (status < 300 || status > 399 || status === 304) return read(answer, { target, request });
      answer.destroy();
      const next = redirectOf(answer, target, allowed);
      if (hops >= redirects) throw refusedUrl(request.url, `it redirects more than ${redirects} times`);
      if (next.origin !== target.origin) headers = {};
      target = next;
    }
  };
}

/** Looks an address over without calling it. @throws FEED_URL_REFUSED */
export function vetted(url: string, allowed: ReadonlySet<string> = new Set()): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  const why = target === null ? 'it is no address' : refusalOf(target, allowed);
  if (target === null || why !== null) throw refusedUrl(url, why ?? '');
  return target;
}

/** Headers that a feed may send. @throws FEED_SETTINGS_INVALID */
export function checkHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    const why = !/^[A-Za-z0-9-]{1,100}$/.test(name)
      ? 'is no name of a header'
      : isReserved(name)
        ? 'cannot be set: it says how the call is made'
        : /[^\t\x20-\x7e]/.test(value) || value.length > 4096
          ? 'has a value that no header can have'
          : null;
    if (why === null) continue;
    throw new BeckonError(feedErrors.FEED_SETTINGS_INVALID, `The header "${name.slice(0, 60)}" ${why}`, {
      where: 'headers',
    });
  }
  return { ...headers };
}

interface Asking {
  headers: Readonly<Record<string, string>>;
  request: FetchRequest;
  signal: AbortSignal;
  silenceMs: number;
  allowed: ReadonlySet<string>;
}

function ask(target: URL, { headers, request, signal, silenceMs, allowed }: Asking): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: 'GET',
    headers: {
      'user-agent': 'Beckon feed',
      accept: '*/*',
      'accept-encoding': 'gzip, identity',
      ...headers,
      ...(request.etag ? { 'if-none-match': request.etag } : {}),
      ...(request.modified ? { 'if-modified-since': request.modified } : {}),
    },
    agent: false,
    signal,
    timeout: silenceMs,
    ...(isAllowedHost(target, allowed) ? {} : { lookup: guarded }),
  };
  return new Promise((done, failed) => {
    const call = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, options, done);
    call.on('timeout', () => call.destroy(new Error(`no answer for ${silenceMs / 1000} seconds`)));
    call.on('error', (error) => failed(error instanceof BeckonError ? error : unreachable(target, error)));
    call.end();
  });
}

function redirectOf(answer: IncomingMessage, from: URL, allowed: ReadonlySet<string>): URL {
  const { location } = answer.headers;
  if (location === undefined || !URL.canParse(location, from.href)) {
    const why = `${from.host} answered ${answer.statusCode} and did not say where to go`;
    throw new BeckonError(feedErrors.FEED_ANSWER_REFUSED, why);
  }
  const next = vetted(new URL(location, from.href).href, allowed);
  if (from.protocol === 'https:' && next.protocol !== 'https:') {
    throw refusedUrl(next.href, 'it was reached by a redirect from https to http');
  }
  return next;
}

function read(answer: IncomingMessage, { target, request }: { target: URL; request: FetchRequest }): Fetched {
  const status = answer.statusCode ?? 0;
  if (status === 304) {
    answer.destroy();
    return { changed: false };
  }
  if (status < 200 || status > 299) {
    answer.destroy();
    // The answer itself is not shown: the address may be one that is not for the eyes of whoever set it.
    const why = `${target.host} answered ${status}`;
    const again = status >= 500 || status === 429 || status === 408;
    throw new BeckonError(again ? feedErrors.FEED_UNREACHABLE : feedErrors.FEED_ANSWER_REFUSED, why);
  }
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (!['identity', 'gzip', 'x-gzip', ''].includes(encoding)) {
    answer.destroy();
    throw new BeckonError(feedErrors.FEED_ANSWER_REFUSED, `${target.host} answered in the encoding "${encoding}"`);
  }
  const packed = encoding === 'gzip' || encoding === 'x-gzip';
  const limit = request.limit ?? feedLimits.octets;
  return {
    changed: true,
    octets: body(answer, { packed, limit, target }),
    etag: answer.headers.etag?.slice(0, 500) ?? null,
    modified: answer.headers['last-modified']?.slice(0, 100) ?? null,
    name: target.pathname.split('/').at(-1)?.slice(0, 200) || null,
  };
}

async function* body(
  answer: IncomingMessage,
  { packed, limit, target }: { packed: boolean; limit: number; target: URL },
): AsyncGenerator<Uint8Array> {
  let came = 0;
  let given = 0;
  answer.on('data', (piece: Buffer) => (came += piece.length));
  answer.pause();
  const stream = packed ? pipeline(answer, createGunzip(), () => {}) : answer;
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      given += piece.length;
      if (given > limit) throw new BeckonError(feedErrors.FEED_TOO_LARGE, `The file has more than ${limit} octets`);
      if (packed && given > feedLimits.ratioFrom && given > Math.max(came, 1) * feedLimits.ratio) {
        const why = `The answer unpacks to more than ${feedLimits.ratio} times its size`;
        throw new BeckonError(feedErrors.FEED_FILE_REFUSED, why);
      }
      yield piece;
    }
    if (!answer.complete) throw new Error('the answer was cut short');
  } catch (error) {
    throw error instanceof BeckonError ? error : unreachable(target, error as Error);
  } finally {
    answer.destroy();
  }
}

function refusedUrl(url: string, why: string): BeckonError {
  return new BeckonError(feedErrors.FEED_URL_REFUSED, `A feed may not call ${url.slice(0, 300)}: ${why}`);
}

function unreachable(target: URL, error: Error & { code?: string }): BeckonError {
  if (error.cause instanceof BeckonError) return error.cause;
  const why = error.code === 'ENOTFOUND' ? 'there is no such host' : error.message || error.code || 'no answer';
  return new BeckonError(feedErrors.FEED_UNREACHABLE, `${target.host} cannot be reached: ${why}`, { cause: error });
}
