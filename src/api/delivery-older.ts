import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { answerSlot, type Option } from './delivery-answer.ts';
import { send, take, type Taken } from './delivery-take.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { adminLimits, asObject, asText, dig, parseJson } from './json.ts';
import { asBeckonError } from './problem.ts';

/** Longest name of an mbox (LIM-1). */
const longestName = 250;

/**
 * The doors of Target from before the Delivery API (recommendations §2.6, EML-2): rawbox, whose answer a mailer pastes as
 * it is; one mbox as JSON; and the call of at.js 1. They are the same engine: each becomes a Delivery request.
 */
export function olderRoutes(app: FastifyInstance, house: House): void {
  const schema = { hide: true };
  for (const before of ['', '/t/:key']) {
    app.get(`${before}/m2/:client/ubox/raw`, { schema, errorHandler: sayText(house) }, (request, reply) =>
      rawbox(request, reply, house),
    );
    app.post(`${before}/rest/v1/mbox`, { schema }, (request, reply) => singleMbox(request, reply, house));
    for (const method of ['GET', 'POST'] as const) {
      const handler = (request: FastifyRequest, reply: FastifyReply) => pageMbox(request, reply, house);
      app.route({ method, url: `${before}/m2/:client/mbox/json`, schema, handler });
    }
  }
}

/** Plain text: no page of ours may run what an address says. */
function sayText(house: House) {
  return (error: unknown, _request: FastifyRequest, reply: FastifyReply): void => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('delivery.failed', { code: known.code, error });
    if (known.retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(known.retryAfter)));
    void text(reply.code(known.status), known.message);
  };
}

function text(reply: FastifyReply, body: string): FastifyReply {
  return reply.headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).send(body);
}

/**
 * What the mbox shows, as it is; otherwise the value of `mboxDefault`. It never redirects, whatever `mboxDefault` says:
 * an address of ours that leads anywhere would serve whoever sends false mails.
 */
async function rawbox(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const option = optionOf(await takeFlat(request, flatOf(request.query), house));
  if (option) {
    const isText = option.responseTokens['beckon.type'] === 'text';
    const type = option.type === 'json' ? 'application/json' : isText ? 'text/plain' : 'text/html';
    return reply
      .headers({
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'no-store',
        'content-security-policy': "sandbox; default-src 'none'; img-src *; style-src 'unsafe-inline'",
      })
      .send(textOf(option));
  }
  const usual = dig(request.query, 'mboxDefault');
  if (typeof usual !== 'string') {
    throw invalid('Cannot redirect to default content, please specify mboxDefault parameter');
  }
  return text(reply, usual.slice(0, 5000));
}

/** `{"mbox", "tntId", "mboxParameters", …}` → `{"tntId", "content"}`, the content always one text. */
async function singleMbox(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const body = asObject(parseJson(typeof request.body === 'string' ? request.body : '', adminLimits));
  if (!body) throw invalid('The body is not a JSON object');
  const taken = await takeFlat(
    request,
    {
      name: body['mbox'],
      requestId: body['requestId'],
      tntId: body['tntId'],
      thirdPartyId: body['thirdPartyId'],
      ecid: body['marketingCloudVisitorId'],
      parameters: body['mboxParameters'],
      profileParameters: body['profileParameters'],
      userAgent: dig(body, 'requestLocation', 'userAgent'),
      address: {
        url: dig(body, 'requestLocation', 'pageURL'),
        referringUrl: dig(body, 'requestLocation', 'referrerURL'),
      },
    },
    house,
  );
  const { call, tntId } = taken.caller;
  const option = optionOf(taken);
  const who =
    call.thirdPartyId === undefined || call.tntId !== undefined ? { tntId } : { thirdPartyId: call.thirdPartyId };
  return send(reply, 200, { ...who, content: option ? textOf(option) : '' });
}

/** The call of at.js 1, by GET or as a form. */
async function pageMbox(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const form = typeof request.body === 'string' ? Object.fromEntries(new URLSearchParams(request.body)) : {};
  const said = { ...asObject(request.query), ...form };
  const taken = await takeFlat(request, flatOf(said), house);
  const option = optionOf(taken);
  const sessionId = asText(said['mboxSession'], 128);
  const offer = (made: Option) => ({
    [made.type === 'json' ? 'json' : 'html']: made.type === 'json' ? made.content : textOf(made),
    eventTokens: [made.eventToken],
    responseTokens: made.responseTokens,
  });
  return send(reply, 200, {
    requestId: taken.caller.requestId,
    client: taken.caller.client,
    ...(sessionId === undefined ? {} : { sessionId }),
    tntId: taken.caller.tntId,
    offers: option ? [offer(option)] : [],
  });
}

/** One mbox as the older doors ask for it. */
interface Flat {
  name: unknown;
  requestId: unknown;
  tntId: unknown;
  thirdPartyId: unknown;
  ecid: unknown;
  parameters: unknown;
  profileParameters: unknown;
  userAgent: unknown;
  address: { url: unknown; referringUrl: unknown };
}

/** The parameters of an address or a form: those of Target's own, `profile.…`, and the mbox's. */
function flatOf(query: unknown): Flat {
  const said = asObject(query) ?? {};
  const parameters: Record<string, unknown> = {};
  const profileParameters: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(said)) {
    if (name.startsWith('profile.')) profileParameters[name.slice('profile.'.length)] = value;
    else if (!name.startsWith('mbox')) parameters[name] = value;
  }
  return {
    name: said['mbox'],
    requestId: said['mboxRid'],
    tntId: said['mboxPC'],
    thirdPartyId: said['mbox3rdPartyId'],
    ecid: said['mboxMCGVID'],
    parameters,
    profileParameters,
    userAgent: undefined,
    address: { url: said['mboxURL'], referringUrl: said['mboxReferrer'] },
  };
}

/** The older form as a Delivery request, taken in. @throws API_INPUT_INVALID in the words of Target */
function takeFlat(request: FastifyRequest, flat: Flat, house: House): Promise<Taken> {
  const { requestId, tntId, thirdPartyId, ecid, parameters, profileParameters, userAgent, address } = flat;
  const mbox = { index: 0, name: nameOf(flat.name), parameters, profileParameters };
  return take(
    request,
    {
      requestId,
      id: { tntId, thirdPartyId, marketingCloudVisitorId: ecid },
      context: { channel: 'web', userAgent, address },
      execute: { mboxes: [mbox] },
    },
    house,
  );
}

function nameOf(name: unknown): string {
  if (typeof name !== 'string' || name === '') throw invalid('bad request');
  if (name.length > longestName) throw invalid(`Mbox name [${name.slice(0, longestName)}] is too long`);
  const known = asText(name, longestName);
  if (known === undefined) throw invalid(`Invalid mbox name:= ${name.replace(/\p{Cc}/gu, '?')}`);
  return known;
}

function invalid(sentence: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, sentence);
}

function optionOf({ caller, answering }: Taken): Option | undefined {
  return answerSlot(caller.call.slots[0]!, answering).options?.[0];
}

function textOf({ content }: Option): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}
