import { lookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https';
import { pipeline } from 'node:stream';
import { createSecureContext, rootCertificates } from 'node:tls';
import { createGunzip } from 'node:zlib';
import { after, BeckonError, hostSet, isAllowedHost, refusalOf, vettedLookup } from '../base/index.ts';
import { errors } from './error.ts';

/** A call as an action makes it. A `url` that begins with `/` means our own origin. */
export interface CallRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  body: string | null;
  timeoutMs: number;
  /** A private key and its certificate as PEM, shown to the host that the action names and to no other. */
  certificate?: string;
  /** Which action makes it, for whoever answers in place of the service; a batch is for several runs. */
  from?: { journey: string; activity: string; runs: readonly string[] };
}

export interface CallAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
}

/**
 * Makes one HTTP call; rejects when no answer came: with `CallTimeout` when it took too long, with a `BeckonError` when
 * the same call will never do better, with anything else when it may be tried again.
 */
export type Caller = (request: CallRequest) => Promise<CallAnswer>;

/** No answer in time. */
export class CallTimeout extends Error {
  override readonly name = 'CallTimeout';
}

/** An answer may be this long, in bytes, once it is unpacked (journeys §4, trust row 66). */
export const answerLimit = 1024 * 1024;
const redirectLimit = 3;
/** A connection must stand within this time, ms, whatever the action allows (trust.md §3.1). */
const connectMs = 3000;
/** A connection that nobody uses is kept this long, ms: the next call of a bulk needs no handshake. */
const idleMs = 5000;

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);
/** What a redirect to another host may carry along: nothing that opens a door there. */
const harmless = ['accept', 'content-type', 'idempotency-key'];

/** The address an action names, if it may be called at all; throws ACTION_TARGET_REFUSED. Pure. */
export function targetOf(url: string, allowed: ReadonlySet<string> = new Set()): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null) throw refused('this address', 'it is none');
  const why = refusalOf(target, allowed);
  // The query may hold a secret: only the host is told.
  if (why !== null) throw refused(`${target.protocol}//${target.host}`, why);
  return target;
}

function refused(what: string, why: string): BeckonError {
  return new BeckonError(errors.ACTION_TARGET_REFUSED, `An action may not call ${what}: ${why}`);
}

/** What is asked on one hop. */
interface Asked {
  method: string;
  headers: Record<string, string>;
  body: string | null;
}

export interface CallerOptions {
  /** Hosts, `name` or `name:port`, that may be called whatever they resolve to, also without TLS: those of one's own network. */
  allowed?: readonly string[];
  /** Certificates, as PEM, of authorities that are trusted beside those of Node.js (and of NODE_EXTRA_CA_CERTS). */
  authorities?: readonly string[];
}

/**
 * A caller of the world outside, behind the guard of trust.md §3.1: https only, no addresses in numbers, no private
 * networks, names resolved once and the vetted address called; at most three redirects, each vetted anew, without
 * credentials when the host changes, none from https to http. No cookies, no proxies of the environment.
 */
export function openCaller(options: CallerOptions = {}): Caller {
  const allowed = hostSet(options.allowed);
  const agents = openAgents(options.authorities);
  const ask = (target: URL, asked: Asked, how: { signal: AbortSignal; certificate: string | undefined }) => {
    const { signal, certificate } = how;
    const set = isAllowedHost(target, allowed) ? agents.own : agents.guarded;
    const https = certificate === undefined ? set.https : set.showing(certificate);
    return send(target, asked, { signal, agent: target.protocol === 'https:' ? https : set.http });
  };
  return async (request) => {
    const signal = AbortSignal.timeout(request.timeoutMs);
    let target = targetOf(request.url, allowed);
    const { origin } = target;
    let asked: Asked = { ...request, headers: { 'accept-encoding': 'gzip, identity', ...request.headers } };
    for (let hops = 0; ; hops++) {
      const certificate = target.origin === origin ? request.certificate : undefined;
      const answer = await ask(target, asked, { signal, certificate }).catch((error: Error) => {
        throw asFailure(error, signal);
      });
      const next = nextHop(answer, target, { asked, allowed });
      if (next === null) return read(answer, signal);
      answer.destroy();
      if (hops === redirectLimit) throw refused(target.host, `it redirects more than ${redirectLimit} times`);
      ({ target, asked } = next);
    }
  };
}

function openAgents(authorities: readonly string[] = []) {
  const sockets = { keepAlive: true, keepAliveMsecs: idleMs, timeout: idleMs, maxSockets: 128, maxFreeSockets: 32 };
  const kept = authorities.length === 0 ? sockets : { ...sockets, ca: [...rootCertificates, ...authorities] };
  const guarded = { ...kept, lookup: vettedLookup(lookup, refused) };
  const http = new HttpAgent(sockets);
  return {
    own: { http, https: new HttpsAgent(kept), showing: agentsByCertificate(kept) },
    // Only hosts of one's own network are called without TLS, so there is no guarded agent for it.
    guarded: { http, https: new HttpsAgent(guarded), showing: agentsByCertificate(guarded) },
  };
}

/** So many certificates have connections of their own; the one that was not shown for longest loses them. */
const mostCertificates = 32;

/** Agents that show a certificate, one for each. They throw ACTION_KEY_UNREADABLE. */
function agentsByCertificate(kept: AgentOptions): (certificate: string) => HttpsAgent {
  const agents = new Map<string, HttpsAgent>();
  return (certificate) => {
    const agent = agents.get(certificate) ?? new HttpsAgent({ ...kept, ...readCertificate(certificate) });
    agents.delete(certificate);
    agents.set(certificate, agent);
    const [oldest] = agents.keys();
    if (agents.size > mostCertificates) {
      agents.get(oldest!)!.destroy();
      agents.delete(oldest!);
    }
    return agent;
  };
}

function readCertificate(pem: string): { key: string; cert: string } {
  try {
    createSecureContext({ key: pem, cert: pem });
    return { key: pem, cert: pem };
  } catch {
    throw new BeckonError(
      errors.ACTION_KEY_UNREADABLE,
      'The secret that is shown as a certificate is no private key with its certificate',
    );
  }
}

function send(
  target: URL,
  asked: Asked,
  how: { signal: AbortSignal; agent: HttpAgent | HttpsAgent },
): Promise<IncomingMessage> {
  const { method, headers, body } = asked;
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((done, failed) => {
    const call = (target.protocol === 'https:' ? httpsRequest : httpRequest)(
      target,
      { method, headers: { ...headers, ...length }, ...how },
      done,
    );
    call.on('socket', (socket) => {
      if (!socket.connecting) return;
      const late = after(connectMs, () => call.destroy(new CallTimeout(`No connection in ${connectMs} ms`)));
      for (const end of ['connect', 'close']) socket.once(end, () => late.stop());
    });
    call.on('error', failed);
    call.end(body ?? undefined);
  });
}

/** Where a redirect leads, if it is to be followed; otherwise the redirect itself is the answer. Pure (trust row 92). */
export function nextHop(
  answer: Pick<IncomingMessage, 'statusCode' | 'headers'>,
  from: URL,
  { asked, allowed }: { asked: Asked; allowed: ReadonlySet<string> },
): { target: URL; asked: Asked } | null {
  const status = answer.statusCode ?? 0;
  const { location } = answer.headers;
  if (!isRedirect(status) || location === undefined || !URL.canParse(location, from.href)) return null;
  const target = targetOf(new URL(location, from.href).href, allowed);
  if (from.protocol === 'https:' && target.protocol !== 'https:')
    throw refused(target.host, 'it was reached by a redirect from https to http');
  const becomesGet = status === 303 || (status < 303 && asked.method === 'POST');
  const next: Asked = becomesGet ? { ...asked, method: 'GET', body: null } : asked;
  if (target.origin === from.origin) return { target, asked: next };
  if (next.body !== null) throw refused(target.host, `${from.host} would have the body sent there`);
  const kept = Object.entries(next.headers).filter(([name]) => harmless.includes(name));
  return { target, asked: { ...next, headers: Object.fromEntries(kept) } };
}

async function read(answer: IncomingMessage, signal: AbortSignal): Promise<CallAnswer> {
  const packed = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (!['identity', 'gzip', 'x-gzip', ''].includes(packed)) {
    answer.destroy();
    throw new BeckonError(errors.ACTION_ANSWER_REFUSED, `The answer came in the encoding "${packed.slice(0, 40)}"`);
  }
  const parts: Buffer[] = [];
  let size = 0;
  try {
    const stream = packed.endsWith('gzip') ? pipeline(answer, createGunzip(), () => {}) : answer;
    for await (const part of stream as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > answerLimit)
        throw new BeckonError(errors.ACTION_ANSWER_REFUSED, `The answer is longer than ${answerLimit} bytes`);
      parts.push(part);
    }
    if (!answer.complete) throw new Error('The answer was cut short');
  } catch (error) {
    answer.destroy();
    throw asFailure(error as Error, signal);
  }
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
  return { status: answer.statusCode ?? 0, headers, text: Buffer.concat(parts).toString('utf8') };
}

/** Whatever broke once the time was over is the time being over. */
function asFailure(error: Error, signal: AbortSignal): Error {
  if (error instanceof BeckonError || error instanceof CallTimeout) return error;
  if (error.cause instanceof BeckonError) return error.cause;
  return signal.aborted ? new CallTimeout('No answer in time') : error;
}
