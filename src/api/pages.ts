import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, normalize, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { callerOf } from './auth.ts';
import { edgeDevScript } from './edge-dev.ts';
import { errors } from './error.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { sendPage } from './page.ts';
import { sendProblem } from './problem.ts';
import { makeSession, mayUseStudio, sessionHeader } from './session.ts';

const hidden = { schema: { hide: true } };

/** First parts of the studio's own addresses; the studio draws what comes after. */
export const studioPlaces: readonly string[] = [
  'journeys',
  'messages',
  'senders',
  'themes',
  'components',
  'coupons',
  'recommendations',
  'rules',
  'lists',
  'designs',
  'offers',
  'activities',
  'catalogue',
  'people',
  'audiences',
  'feeds',
  'incoming',
  'reports',
  'ledger',
  'stuck',
  'settings',
  'sign-ups',
  'mailbox',
  'account',
  'welcome',
];

/** The studio shows mails in sandboxed frames, which take over this policy: so pictures may come from the shop. */
const studioPolicy = [
  "default-src 'self'",
  "img-src 'self' data: https: http://localhost:* http://127.0.0.1:*",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Pages of the docs have one script and one sheet of ours; what stands in them as text stays text. */
export const docsPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Pages and files: studio, docs, the SDK and its shim; built files of the shop where its own server has no route. */
export async function pageRoutes(app: FastifyInstance, house: House): Promise<void> {
  openToAll(app, 'pages hold nobody’s data');
  await app.register(fastifyStatic, { serve: false });
  app.get('/', hidden, (request, reply) => sendStudio(request, reply, house));
  for (const place of studioPlaces) {
    app.get(`/${place}`, hidden, (request, reply) => sendStudio(request, reply, house));
    app.get(`/${place}/*`, hidden, (request, reply) => sendStudio(request, reply, house));
  }
  app.get('/edge-dev.js', hidden, (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' })
      .send(edgeDevScript),
  );
  app.get('/alloy.min.js', hidden, (_request, reply) => {
    const { alloy } = house.settings.files;
    if (alloy === null) throw notFound('/alloy.min.js');
    return reply.sendFile(basename(alloy), dirname(alloy));
  });
  app.setNotFoundHandler((request, reply) => sendFileOr404(request, reply, house));
}

async function sendStudio(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const { files, publicUrl, secret } = house.settings;
  const isOpen = !(await house.team.isSetUp());
  const isWelcome = request.url.split('?', 1)[0] === '/welcome';
  if (isOpen && !isWelcome && !mayUseStudio(callerOf(request, house), publicUrl)) {
    const body = `<p>No password is set yet, so the studio opens only on the machine that Beckon runs on, by <code>http://localhost</code>. From another machine, open the set-up link that Beckon prints when it starts with <code>--no-demo</code>, or carry the port over: <code>ssh -L 8080:localhost:8080 that-machine</code>.</p>`;
    return sendPage(reply, { status: 403, title: 'The studio is closed from here', body });
  }
  const html =
    files.studio === null ? null : await readFile(join(files.studio, 'index.html'), 'utf8').catch(() => null);
  if (html === null) {
    const body =
      '<p>Run <code>npm run build</code>, then load this page again. The API and the edge work without it.</p>';
    return sendPage(reply, { status: 503, title: 'The studio is not built', body });
  }
  // Once there are members the page is anybody's: who it is for shows when it asks for its content.
  const session = isOpen ? makeSession(secret, house.clock.real(), house.random.bytes(18)) : null;
  if (session !== null) void reply.header('set-cookie', sessionHeader(session, request.protocol === 'https'));
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': studioPolicy,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    })
    .send(html);
}

/** What no route took: a built file of studio, shop or docs, otherwise 404 as page or as problem. */
async function sendFileOr404(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const path = request.url.split('?', 1)[0]!;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const found = reads ? await fileFor(path, house) : null;
  if (found) {
    const immutable = /\/assets?\//.test(path);
    if (found.root === house.settings.files.docs) void reply.header('content-security-policy', docsPolicy);
    return reply.sendFile(found.name, found.root, immutable ? { maxAge: '365d', immutable } : { maxAge: 0 });
  }
  if (!reads || !(request.headers.accept ?? '').includes('text/html')) {
    return sendProblem(reply, notFound(path), house.settings.publicUrl);
  }
  const body = '<p>Check the address, or begin at the <a href="/">front page</a>.</p>';
  return sendPage(reply, { status: 404, title: 'There is no such page', body });
}

function notFound(path: string): BeckonError {
  return new BeckonError(errors.API_NOT_FOUND, `There is nothing at ${path.slice(0, 200)}`);
}

/** The built file behind an address: under /shop the shop's, under /docs the docs' pages, otherwise the studio's. */
async function fileFor(path: string, house: House): Promise<{ root: string; name: string } | null> {
  const { shop, docs, studio } = house.settings.files;
  const under = (prefix: string) => path === prefix || path.startsWith(`${prefix}/`);
  if (under('/shop')) return shopFile(shop, path.slice(5));
  if (under('/docs')) {
    const page = path.slice(5).replace(/\/$/, '');
    return firstFile(docs, [page, `${page}.html`, `${page}/index.html`]);
  }
  return firstFile(studio, path === '/index.html' ? [] : [path]);
}

/** The shop draws its own addresses; its compiled server, which lies beside its pages, is nobody's to read. */
function shopFile(root: string | null, path: string): Promise<{ root: string; name: string } | null> {
  if (path.startsWith('/api/') || /^\/[^/]+\.(?:js|mjs|ts|map)$/.test(path)) return Promise.resolve(null);
  return firstFile(root, /\.\w+$/.test(path) ? [path] : ['/index.html']);
}

async function firstFile(root: string | null, names: string[]): Promise<{ root: string; name: string } | null> {
  if (root === null) return null;
  for (const encoded of names) {
    const name = plainPath(encoded);
    if (name === null) continue;
    const isFile = await stat(join(root, name)).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (isFile) return { root, name };
  }
  return null;
}

/** A path that stays below its root, without hidden parts; null for anything else. */
function plainPath(encoded: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return null;
  }
  const plain = normalize(path).replace(/^[/\\]+/, '');
  const parts = plain.split(sep);
  return plain === '' || path.includes('\0') || parts.some((part) => part.startsWith('.')) ? null : plain;
}
