import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { BeckonError } from '../base/index.ts';
import { bearerOf, entranceOf, type Who } from './auth.ts';
import { Problem } from './contract.ts';
import { errors } from './error.ts';
import type { Asks } from './guard.ts';
import type { House } from './house.ts';
import { adminLimits, asText, dig, parseJson } from './json.ts';
import { asBeckonError, sendProblem } from './problem.ts';
import { invalid } from './row.ts';

/** One door of /v1: what it is for, who may, what goes in and comes out. Validates, and stands in OpenAPI. */
export interface Door<B extends TSchema> extends Asks {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path after `/v1`; `:name` is a part of it, `::` a colon. */
  path: string;
  summary: string;
  /** Schema of a JSON body. */
  body?: B;
  /** Names of query parameters, with a word on each. */
  query?: Record<string, string>;
  /** Schema of the answer. */
  answer: TSchema;
  /** Its status; left out, 200. */
  status?: 201 | 202;
  /** The body is handed on as text, in these content types. */
  raw?: string[];
  /** Octets a raw body may have. */
  limit?: number;
  work(call: Call<Static<B>>): Promise<unknown>;
}

/** A call that has passed the checks. */
export interface Call<B> {
  body: B;
  /** Raw text of the body, for doors that take rows. */
  text: string;
  /** Content type without its parameters. */
  kind: string;
  /** A part of the path; never empty. */
  part(name: string): string;
  /** The key that was shown, if it was one and not a session. */
  bearer: string | undefined;
  /** Who was let in. */
  who: Who;
  /** A query parameter, if given and no longer than `longest` (512) characters. */
  query(name: string, longest?: number): string | undefined;
  /** Does a query parameter stand in the address, whatever it says? */
  has(name: string): boolean;
}

/** An answer that is JSON already, for those too large to be held as values until the last of them is made. */
export class Written {
  readonly json: Buffer;

  constructor(json: Buffer) {
    this.json = json;
  }
}

/** How a family of doors speaks, where it is not as `/v1` does. */
export interface Way {
  /** Before each path. */
  before: string;
  tag: string;
  /** Content type of answers. */
  contentType: string;
  /** Schema of what is answered when it cannot be done. */
  problem: TSchema;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Content types that this route takes as raw text. */
    raw?: string[];
  }
}

/** Makes doors on the app. */
export function doors(app: FastifyInstance, way?: Way) {
  const contentType = way?.contentType ?? 'application/json; charset=utf-8';
  return <B extends TSchema>(door: Door<B>): void => {
    app.route({
      method: door.method,
      url: `${way?.before ?? ''}${door.path}`,
      schema: schemaOf(door, way),
      config: { asks: door, ...(door.raw ? { raw: door.raw } : {}) },
      ...(door.limit === undefined ? {} : { bodyLimit: door.limit }),
      handler: async (request, reply) => {
        const answer = await door.work(callOf<Static<B>>(request));
        return sendAnswer(reply.code(door.status ?? 200), contentType, answer);
      },
    });
  };
}

function callOf<B>(request: FastifyRequest): Call<B> {
  return {
    body: request.body as B,
    text: typeof request.body === 'string' ? request.body : '',
    kind: kindOf(request),
    part: (name) => {
      const part = asText(dig(request.params, name), 400);
      if (part !== undefined) return part;
      throw new BeckonError(errors.API_NOT_FOUND, `The address lacks its part "${name}"`);
    },
    bearer: bearerOf(request),
    who: entranceOf(request)!.who,
    query: (name, longest = 512) => asText(dig(request.query, name), longest),
    has: (name) => dig(request.query, name) !== undefined,
  };
}

function kindOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function sendAnswer(reply: FastifyReply, contentType: string, answer: unknown): FastifyReply {
  const body = answer instanceof Written ? answer.json : JSON.stringify(answer);
  return reply.header('content-type', contentType).header('cache-control', 'no-store').send(body);
}

function schemaOf<B extends TSchema>(door: Door<B>, way: Way | undefined): Record<string, unknown> {
  const path = `${way?.before ?? ''}${door.path}`;
  const names = Object.entries(door.query ?? {});
  const parameters = names.map(([name, description]) => [name, Type.Optional(Type.String({ description }))] as const);
  const parts = [...path.matchAll(/\/:([a-z]+)/gi)].map(([, name]) => [name!, Type.String()] as const);
  return {
    tags: [way?.tag ?? door.path.split('/')[1]!.split(':')[0]!],
    summary: door.summary,
    ...(door.raw ? { consumes: door.raw } : {}),
    ...(door.body ? { body: door.body } : {}),
    ...(parameters.length > 0 ? { querystring: Type.Object(Object.fromEntries(parameters)) } : {}),
    ...(parts.length > 0 ? { params: Type.Object(Object.fromEntries(parts)) } : {}),
    response: {
      [door.status ?? 200]: { description: 'Done', ...door.answer },
      default: { description: 'Problem', ...(way?.problem ?? Problem) },
    },
  };
}

/** Says what went wrong to who asked. */
export type SayError = (error: BeckonError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Parsers, validation and errors that all doors of /v1 share; `say` where errors are said in another way. */
export function furnish(app: FastifyInstance, house: House, say?: SayError): void {
  const { publicUrl } = house.settings;
  const asProblem: SayError = (error, _request, reply) => sendProblem(reply, error, publicUrl);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    try {
      done(null, readBody(request, String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
  app.setValidatorCompiler<TSchema>(({ schema }) => {
    const compiled = Compile(schema);
    return (value: unknown) => (compiled.Check(value) ? { value } : { error: invalid(compiled.Errors(value)[0]) });
  });
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler((error, request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('api.failed', { code: known.code, url: request.routeOptions.url, error });
    return (say ?? asProblem)(known, request, reply);
  });
}

function readBody(request: FastifyRequest, body: string): unknown {
  // Clients name the content type of a body also where they send none.
  if (request.method === 'DELETE' && body === '') return undefined;
  const kind = kindOf(request);
  const { raw } = request.routeOptions.config;
  const isJson = kind === 'application/json' || kind.endsWith('+json');
  if (raw ? !raw.includes(kind) : !isJson) {
    throw new BeckonError(errors.API_METHOD_UNSUPPORTED, `This door does not read "${kind.slice(0, 80)}"`);
  }
  return raw ? body : parseJson(body, adminLimits);
}
