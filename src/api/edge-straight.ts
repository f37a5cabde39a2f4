import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { isTraced, traced } from '../base/index.ts';
import { noteRefusal } from './admin-watch.ts';
import { actions, answer, failure, reportOf } from './edge.ts';
import { corsHeaders, type EdgeAnswer } from './edge-reply.ts';
import { requestIdOf, type EdgeRequest } from './edge-request.ts';
import type { House } from './house.ts';
import { limitsOf } from './limit.ts';
import { answered } from './trace-requests.ts';

/** As the routes of `edge.ts` have them: a region, and what is asked for. */
const address =
  /^\/ee\/(?:[a-z0-9]{1,32}\/)?v1\/(interact|collect|identity\/acquire|privacy\/set-consent)(?:\?([^#]*))?$/;
const plainType = /^(?:text\/plain|application\/json)(?:; ?charset=utf-8)?$/i;
const longestBody = 1024 * 1024;

/**
 * The straight path: what the Web SDK sends all day goes from the socket to the edge's own handlers and back, past the
 * router, the hooks and the parsers of the general way, which cost more than keeping the event. It takes only what is
 * plain (a POST to a known address with a body of a stated length, as it is); all else goes the general way, and is
 * answered the same.
 *
 *     request ─► plain? ──yes──► limits ─► body ─► answer (edge.ts) ─► response
 *                  └──no──► Fastify: hooks ─► parsers ─► answer (edge.ts) ─► response
 */
export function goStraight(server: Server, house: House, isClosing: () => boolean): void {
  const general = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  const { trustProxy } = house.settings;
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const asked =
      typeof trustProxy === 'boolean' && !isClosing() && isPlain(request) ? address.exec(request.url!) : null;
    if (asked) void told(request, response, { house, action: asked[1]!, query: asked[2] ?? '' });
    else for (const listener of general) listener(request, response);
  });
}

function isPlain({ method, headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length']);
  return (
    method === 'POST' &&
    length > 0 &&
    length <= longestBody &&
    headers['content-encoding'] === undefined &&
    plainType.test(headers['content-type'] ?? 'text/plain')
  );
}

interface Taking {
  house: House;
  action: string;
  query: string;
}

/** As the general way tells of it, where somebody traces. A browser's own trace is not gone on with. */
async function told(raw: IncomingMessage, response: ServerResponse, taking: Taking): Promise<void> {
  if (!isTraced()) return take(raw, response, taking);
  const route = `/ee/v1/${taking.action}`;
  const fields = { 'http.request.method': 'POST', 'http.route': route };
  await traced(`POST ${route}`, { kind: 'server', fields }, async (note) => {
    await take(raw, response, taking);
    note(answered(response.statusCode));
  });
}

async function take(
  raw: IncomingMessage,
  response: ServerResponse,
  { house, action, query: text }: Taking,
): Promise<void> {
  const query = parse(text);
  const requestId = requestIdOf(query, () => house.ids.next());
  const request: EdgeRequest = { headers: raw.headers, query, body: undefined, ...wayOf(raw, house) };
  let made: EdgeAnswer;
  try {
    // Who is over a limit is refused before the body is read.
    limitsOf(house).request(request);
    request.body = await textOf(raw);
    made = await answer(request, requestId, { house, action: actions[action]! });
  } catch (error) {
    made = failure(error, reportOf(query, requestId), house);
  }
  if (made.status >= 400)
    noteRefusal(
      { method: 'POST', url: raw.url!, query, route: `/ee/v1/${action}` },
      { status: made.status, payload: made.body },
      house,
    );
  send(response, made, { origin: raw.headers.origin, requestId });
}

/** Resolves when the whole body is there; never when the sender goes away before. */
function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((done) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => done((pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString()));
  });
}

/** Who asks and by which name, as Fastify's `trustProxy` has it. */
function wayOf({ socket, headers }: IncomingMessage, house: House): Pick<EdgeRequest, 'ip' | 'host' | 'protocol'> {
  const way = { ip: socket.remoteAddress ?? '', host: headers.host ?? '', protocol: 'http' as const };
  if (house.settings.trustProxy !== true) return way;
  const first = listOf(headers['x-forwarded-for']).find((one) => one !== '');
  const host = listOf(headers['x-forwarded-host']).at(-1);
  const protocol = listOf(headers['x-forwarded-proto']).at(-1);
  return {
    ip: first ?? way.ip,
    host: host ?? way.host,
    protocol: (protocol as 'http' | 'https' | undefined) ?? way.protocol,
  };
}

function listOf(header: string | string[] | undefined): string[] {
  return header === undefined || header === ''
    ? []
    : String(header)
        .split(',')
        .map((one) => one.trim());
}

/** What the hooks of the general way put on every answer. */
const always = ['x-content-type-options', 'nosniff', 'content-security-policy', "frame-ancestors 'none'"];

function send(
  response: ServerResponse,
  { status, headers, body, closed }: EdgeAnswer,
  { origin, requestId }: { origin: string | undefined; requestId: string },
): void {
  const lines: (string | string[])[] = [];
  if (body !== undefined) lines.push('content-length', String(Buffer.byteLength(body)));
  lines.push('x-request-id', requestId, ...always);
  const put = (more: Record<string, string | string[]>) => {
    for (const name in more) lines.push(name, more[name]!);
  };
  put(corsHeaders(closed ? undefined : origin));
  put(headers);
  response.writeHead(status, lines as string[]);
  response.end(body);
}
