import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { BeckonError, isPublicAddress } from '../base/index.ts';
import { errors } from './error.ts';

/** A call as an action makes it. A `url` that begins with `/` means our own origin. */
export interface CallRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  body: string | null;
  timeoutMs: number;
}

export interface CallAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Makes one HTTP call; rejects when no answer came (`CallTimeout` when it took too long). */
export type Caller = (request: CallRequest) => Promise<CallAnswer>;

/** No answer in time. */
export class CallTimeout extends Error {
  override readonly name = 'CallTimeout';
}

/** An answer may be this long, in bytes (journeys §4). */
export const answerLimit = 1024 * 1024;

/** The address an action names, if it may be called at all; throws ACTION_TARGET_REFUSED. Pure. */
export function targetOf(url: string): URL {
  const refuse = (why: string) =>
    new BeckonError(errors.ACTION_TARGET_REFUSED, `An action may not call ${url}: ${why}`);
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw refuse('it is no address');
  }
  if (target.protocol !== 'https:') throw refuse('only https leaves this server');
  if (target.port !== '') throw refuse(`port ${target.port} is not 443`);
  if (target.username !== '' || target.password !== '') throw refuse('it carries a user name');
  const host = target.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) throw refuse('it names an IP address');
  if (host === 'localhost' || host.endsWith('.localhost') || !host.includes('.'))
    throw refuse('the host is this machine or its network');
  return target;
}

/** Resolves once, refuses if any address is special, and connects to the vetted one, so nothing can change in between. */
const vettedLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, '', 0);
    const bad = addresses.find(({ address }) => !isPublicAddress(address));
    if (bad || addresses.length === 0) {
      return callback(
        new BeckonError(
          errors.ACTION_TARGET_REFUSED,
          `An action may not call ${hostname}: it resolves to a private address`,
        ),
        '',
        0,
      );
    }
    if (options.all) return (callback as unknown as (e: null, a: LookupAddress[]) => void)(null, addresses);
    callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

/** Calls an address outside, behind the guard. Redirects are not followed: the answer is the redirect. */
export const callOutside: Caller = (request) => {
  const target = targetOf(request.url);
  return new Promise((done, failed) => {
    const call = httpsRequest(
      target,
      {
        method: request.method,
        headers: request.headers,
        lookup: vettedLookup,
        agent: false,
        signal: AbortSignal.timeout(request.timeoutMs),
      },
      (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > answerLimit) response.destroy(new Error(`The answer is longer than ${answerLimit} bytes`));
          else parts.push(part);
        });
        response.on('error', failed);
        response.on('end', () => {
          const headers = Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          );
          done({ status: response.statusCode ?? 0, headers, text: Buffer.concat(parts).toString('utf8') });
        });
      },
    );
    call.on('error', (error) =>
      failed(
        error.name === 'TimeoutError' || error.name === 'AbortError' ? new CallTimeout('No answer in time') : error,
      ),
    );
    call.end(request.body ?? undefined);
  });
};
