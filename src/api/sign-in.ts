import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { BeckonError, seal, unseal } from '../base/index.ts';
import { allowedTo, errors as teamErrors, type From } from '../team/index.ts';
import { memberView } from './admin-team.ts';
import { assertOwnPage, assertProof, callerOf } from './auth.ts';
import { Problem } from './contract.ts';
import { ChoiceInput, LinkInput, LinkView, MeView, SetUpInput, SignInInput } from './contract-team.ts';
import { readCookies } from './cookie.ts';
import { errors } from './error.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { asText } from './json.ts';
import { networkOf } from './limit.ts';
import { asBeckonError } from './problem.ts';
import { isSession, mayUseStudio, sessionHeader, sessionOf } from './session.ts';
import { ipPrefixOf } from './sign-up.ts';

const weekSeconds = 7 * 86_400;
const serviceCookie = 'beckon_service';

/** Doors to a session: they set and take away its cookie. All but the first are for pages of our own only. */
export function signInRoutes(app: FastifyInstance, house: House): void {
  openToAll(app, 'whoever signs in has not yet');
  const { team } = house;
  const route = routes(app, house);
  app.get('/me', {
    schema: schemaOf('Who am I, and what may I do?', MeView),
    handler: async (request, reply) => answer(reply, await meOf(request, house)),
  });
  route('POST', '/session', {
    summary: 'Sign in.',
    body: SignInInput,
    work: (body: SignInInput, request) => team.signIn(body, fromOf(request)),
  });
  route('POST', '/session/set-up', {
    summary: 'Make the first owner: from the machine itself, or with the link that Beckon prints when it starts.',
    body: SetUpInput,
    work: ({ link, ...given }: SetUpInput, request) =>
      team.setUp(given, { local: isLocal(request, house), link, from: fromOf(request) }),
  });
  route('POST', '/session/choose', {
    summary: 'Choose a password by the link of an invitation, or of a lost password.',
    body: ChoiceInput,
    work: (body: ChoiceInput, request) => team.choosePassword(body, fromOf(request)),
  });
  serviceRoutes(app, house);
  app.post('/session/link', {
    schema: { ...schemaOf('What is this link for?', LinkView), body: LinkInput },
    onRequest: async (request) => assertOwnPage(request),
    handler: async (request, reply) => {
      const found = await team.linkOf((request.body as LinkInput).link);
      const member = found?.member;
      const shown = member ? { email: member.email, name: member.name } : null;
      if (found) return answer(reply, { kind: found.kind, member: shown } satisfies LinkView);
      throw new BeckonError(errors.API_NOT_FOUND, 'The link is not known, was used, or is over');
    },
  });
  app.delete('/session', {
    schema: schemaOf('Sign out.', Type.Object({ ended: Type.Boolean() })),
    onRequest: async (request) => assertOwnPage(request),
    handler: async (request, reply) => {
      const session = sessionOf(readCookies(request.headers.cookie)) ?? '';
      const member = await team.who(session);
      if (member) {
        assertProof(request, member);
        await team.signOut(session);
      }
      void reply.header('set-cookie', sessionHeader('', request.protocol === 'https', 0));
      return answer(reply, { ended: member !== null });
    },
  });
}

/** Signing in by another service: there, and back. What goes wrong is told by the page that follows. */
function serviceRoutes(app: FastifyInstance, house: House): void {
  const { secret } = house.settings;
  const place = 'cookie:service';
  const header = (value: string, request: FastifyRequest, seconds: number) =>
    `${serviceCookie}=${value}; Path=/v1/session/service; Max-Age=${seconds}; HttpOnly; SameSite=Lax${request.protocol === 'https' ? '; Secure' : ''}`;
  const refuse = (reply: FastifyReply, error: unknown) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('api.service', { code: known.code, error });
    return reply.redirect(`/?refused=${known.code}`, 303);
  };
  app.get('/session/service', {
    schema: {
      tags: ['team'],
      summary: 'To the service that signs members in.',
      response: { 303: { description: 'There' } },
    },
    handler: async (request, reply) => {
      if (!house.service)
        throw new BeckonError(errors.API_NOT_FOUND, 'No service signs in here; BECKON_OIDC names one');
      try {
        const { url, kept } = await house.service.begin();
        void reply.header('set-cookie', header(seal(kept, { secret, place, random: house.random }), request, 600));
        return reply.header('cache-control', 'no-store').redirect(url, 303);
      } catch (error) {
        return refuse(reply, error);
      }
    },
  });
  app.get('/session/service/back', {
    schema: { tags: ['team'], summary: 'Back from it.', response: { 303: { description: 'Into the studio' } } },
    handler: async (request, reply) => {
      const kept = unseal(readCookies(request.headers.cookie).get(serviceCookie) ?? '', { secret, place });
      try {
        if (!house.service || kept === null)
          throw new BeckonError(teamErrors.TEAM_SERVICE_REFUSED, 'The way back was not the one that was begun here');
        const email = await house.service.end(new URL(request.url, 'http://here').search, kept);
        const session = await house.team.enter(email, house.service.name, fromOf(request));
        void reply.header('set-cookie', [
          sessionHeader(session, request.protocol === 'https', weekSeconds),
          header('', request, 0),
        ]);
        return reply.header('cache-control', 'no-store').redirect('/', 303);
      } catch (error) {
        return refuse(reply, error);
      }
    },
  });
}

interface Route<B> {
  summary: string;
  body: TSchema;
  /** @returns the text of a new session */
  work(body: B, request: FastifyRequest): Promise<string>;
}

/** Makes doors that begin a session and say whose it is. */
function routes(app: FastifyInstance, house: House) {
  return <B>(method: 'POST', url: string, { summary, body, work }: Route<B>): void => {
    app.route({
      method,
      url,
      schema: { ...schemaOf(summary, MeView), body },
      onRequest: async (request) => assertOwnPage(request),
      handler: async (request, reply) => {
        const session = await work(request.body as B, request);
        void reply.header('set-cookie', sessionHeader(session, request.protocol === 'https', weekSeconds));
        return answer(reply, await viewOf(house, session));
      },
    });
  };
}

async function meOf(request: FastifyRequest, house: House): Promise<MeView> {
  const session = sessionOf(readCookies(request.headers.cookie)) ?? '';
  if (await house.team.isSetUp()) return viewOf(house, session);
  const isOpen = isLocal(request, house) && isSession(house.settings.secret, house.clock.real(), session);
  return isOpen ? { ...nobody, ...allowedTo('owner'), state: 'open' } : { ...nobody, state: 'closed' };
}

const nobody: MeView = {
  state: 'signed-out',
  member: null,
  scopes: [],
  rights: [],
  reads: false,
  wantsCodes: false,
  service: null,
  proof: null,
};

async function viewOf(house: House, session: string): Promise<MeView> {
  const member = await house.team.who(session);
  if (!member) return { ...nobody, service: house.service?.name ?? null };
  const { wantsCodes, proof } = member;
  return {
    state: 'signed-in',
    member: memberView(member),
    ...allowedTo(member.role),
    wantsCodes,
    proof,
    service: null,
  };
}

function isLocal(request: FastifyRequest, house: House): boolean {
  return mayUseStudio(callerOf(request, house), house.settings.publicUrl);
}

function fromOf(request: FastifyRequest): From {
  const { ip } = request;
  return { address: networkOf(ip), network: ipPrefixOf(ip), agent: asText(request.headers['user-agent'], 200) ?? '' };
}

function answer(reply: FastifyReply, view: unknown): FastifyReply {
  return reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(view));
}

function schemaOf(summary: string, view: TSchema): Record<string, unknown> {
  return {
    tags: ['team'],
    summary,
    response: { 200: { description: 'Done', ...view }, default: { description: 'Problem', ...Problem } },
  };
}
