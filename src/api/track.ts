import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ShopEvent } from '../event/index.ts';
import { choiceLanguage, choiceWords, type ChoiceLanguage } from './choice-text.ts';
import { showChoices, takeChoices } from './choice.ts';
import { openToAll } from './guard.ts';
import type { House } from './house.ts';
import { asText, dig } from './json.ts';
import { networkOf } from './limit.ts';
import { leaveWords } from './leave-text.ts';
import { ClickJudge, openedBy, type Asking, type SeenBy } from './machine.ts';
import { escapeHtml, sendPage } from './page.ts';
import { asBeckonError } from './problem.ts';

const hidden = { schema: { hide: true } };

/** Links in mails: `/c/<token>` leads back to the shop, `/u/<token>` ends the mails (trust.md §1.2, §3.3). */
export async function trackRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'the address holds a signed token');
  const judge = new ClickJudge();
  app.removeAllContentTypeParsers();
  // urlencoded and multipart alike; providers send either, without Origin and without cookies.
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 16 * 1024 }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, _request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('track.failed', { code: known.code, error });
    return sendPage(reply, {
      status: known.status,
      title: 'That did not work',
      body: `<p>${escapeHtml(known.mend)}.</p>`,
    });
  });
  app.get('/c/:token', hidden, (request, reply) => click(request, reply, { house, judge }));
  app.get('/p/:token', hidden, (request, reply) => open(request, reply, house));
  app.get('/l/:token', hidden, (request, reply) => live(request, reply, house));
  app.get('/m/:token', hidden, (request, reply) => mirror(request, reply, house));
  app.get('/u/:token', hidden, (request, reply) => askToUnsubscribe(request, reply, house));
  app.post('/u/:token', hidden, (request, reply) => unsubscribe(request, reply, house));
  app.get('/u/:token/choices', hidden, (request, reply) => showChoices(request, reply, { house }));
  app.post('/u/:token/choices', hidden, (request, reply) => takeChoices(request, reply, house));
}

async function click(
  request: FastifyRequest,
  reply: FastifyReply,
  { house, judge }: { house: House; judge: ClickJudge },
): Promise<FastifyReply> {
  const target = await house.messages.click(tokenOf(request));
  const url = target && safeUrl(target.location);
  if (!url) {
    const language = languageFor(request);
    const { nowhereTitle, nowhere } = leaveWords(language);
    return sendPage(reply, { status: 404, title: nowhereTitle, body: `<p>${escapeHtml(nowhere)}</p>`, language });
  }
  const { by, signs } = judge.judge({
    ...askingOf(request),
    message: target.event.message!.id,
    link: target.event.message!.link ?? 0,
    at: house.clock.real(),
    afterAccepted: target.acceptedAt === null ? null : house.clock.now() - target.acceptedAt,
    network: networkOf(request.ip),
  });
  // Who clicked shall get to the shop even when the log cannot take the click.
  await house.events
    .receive([marked(target.event, by, signs)])
    .catch((error: unknown) => house.log.error('track.click-lost', { error }));
  return reply
    .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', location: url.href })
    .code(302)
    .send();
}

/** A transparent picture of one point. */
const point = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** The picture comes whatever the token is, so that who guesses learns nothing, and no mail shows a hole. */
async function open(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const event = await house.messages.open(tokenOf(request));
  if (event) {
    const seen = marked(event, openedBy(askingOf(request)), []);
    await house.events.receive([seen]).catch((error: unknown) => house.log.error('track.open-lost', { error }));
  }
  return reply.headers({ 'content-type': 'image/gif', 'cache-control': 'no-store, private' }).send(point);
}

/** Only http and https, no credentials: whatever else stands in the ledger is not followed (trust row 89). */
function safeUrl(text: string): URL | null {
  if (!URL.canParse(text) || text.includes('\\')) return null;
  const url = new URL(text);
  const plain = url.protocol === 'https:' || url.protocol === 'http:';
  return plain && url.username === '' && url.password === '' ? url : null;
}

function askingOf(request: FastifyRequest): Asking {
  return {
    method: request.method,
    userAgent: request.headers['user-agent'],
    purpose: asText(request.headers['sec-purpose'] ?? request.headers['purpose'], 64) ?? '',
    acceptLanguage: request.headers['accept-language'],
  };
}

/** What machines do is kept and marked: nothing is learned from it, and no journey goes on by it. */
function marked(event: ShopEvent, by: SeenBy, signs: string[]): ShopEvent {
  const message = { ...event.message!, by, ...(signs.length > 0 ? { signs } : {}) };
  return { ...event, message, ...(by === 'scanner' || by === 'prefetch' ? { bot: true } : {}) };
}

/** A picture of price and stock as they are now, or the page behind it. Counts nothing: opens are no evidence. */
async function live(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const token = asText(dig(request.params, 'token'), 600) ?? '';
  const plain = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' };
  if (!token.endsWith('.png')) {
    const page = house.messages.livePage(token);
    const url = page === null ? null : safeUrl(page);
    if (!url) return reply.code(404).headers(plain).send('Not found');
    const click = asText(dig(request.query, 'bk_click'), 64);
    if (click !== undefined) url.searchParams.set('bk_click', click);
    return reply.headers({ 'cache-control': 'no-store', location: url.href }).code(302).send();
  }
  const made = await house.messages.livePicture(token.slice(0, -'.png'.length));
  if (made === null) return reply.code(404).headers(plain).send('Not found');
  if ('busy' in made)
    return reply
      .code(503)
      .headers({ ...plain, 'retry-after': '1' })
      .send('Busy');
  // Proxies of mail programs keep pictures for as long as they may.
  const headers = { 'content-type': 'image/png', 'cache-control': 'no-cache, no-store, max-age=0, private' };
  return reply.headers(headers).send(Buffer.from(made.png));
}

/** No script of it runs, and it sees nothing of the studio: the same page as a mail program would show. */
const mailPolicy =
  "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation";

async function mirror(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const found = await house.messages.mirror(tokenOf(request));
  if (!found) return notRecognised(request, reply);
  if ('gone' in found) {
    const language = languageFor(request);
    const { goneTitle, gone } = leaveWords(language);
    return sendPage(reply, { status: 410, title: goneTitle, body: `<p>${escapeHtml(gone)}</p>`, language });
  }
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': mailPolicy,
      'cache-control': 'no-store, private',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
    .send(found.html);
}

/** GET and HEAD only ask: mail scanners follow every link, and none of them may end a subscription. */
async function askToUnsubscribe(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const face = await house.messages.unsubscribePage(tokenOf(request));
  if (!face) return notRecognised(request, reply);
  const language = languageFor(request, face.language);
  const words = leaveWords(language);
  const text = words.text.replace('{shop}', face.shop).replace('{address}', face.address ?? words.thisAddress);
  const form = (value: string, says: string, look = '') =>
    `<form method="post"><input type="hidden" name="confirm" value="${value}"><button type="submit"${look}>${escapeHtml(says)}</button></form>`;
  const all = face.several ? form('everything', words.everything, ' class="plain"') : '';
  const more = `<p><a href="/u/${escapeHtml(tokenOf(request))}/choices">${escapeHtml(words.choose)}</a></p>`;
  const body = `<p>${escapeHtml(text)}</p>${form('yes', words.button)}${all}${more}`;
  return sendPage(reply, { status: 200, title: words.title, body, language, face });
}

async function unsubscribe(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const fields = formFields(typeof request.body === 'string' ? request.body : '');
  const token = tokenOf(request);
  if (fields.get('List-Unsubscribe') === 'One-Click') {
    const known = await house.messages.unsubscribe(token);
    if (!known) house.log.warn('track.unsubscribe-unknown');
    // The same empty answer for a token that is not ours: who guesses learns nothing (RFC 8058, trust.md §1.2).
    return reply.code(200).header('cache-control', 'no-store').send();
  }
  const face = (await house.messages.unsubscribePage(token)) ?? undefined;
  const language = languageFor(request, face?.language);
  const words = leaveWords(language);
  const confirm = fields.get('confirm');
  if (confirm !== 'yes' && confirm !== 'everything') {
    const body = `<p>${escapeHtml(words.lost)}</p>`;
    return sendPage(reply, { status: 400, title: words.lostTitle, body, language, face });
  }
  if (!face || !(await house.messages.unsubscribe(token, confirm === 'everything')))
    return notRecognised(request, reply);
  const body = `<p role="status">${escapeHtml(confirm === 'everything' ? words.doneEverything : words.done)}</p><p><a href="/u/${escapeHtml(token)}/choices">${escapeHtml(words.choose)}</a></p>`;
  return sendPage(reply, { status: 200, title: words.doneTitle, body, language, face });
}

function notRecognised(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageFor(request);
  const { unknownTitle, unknownText } = choiceWords(language);
  return sendPage(reply, { status: 404, title: unknownTitle, body: `<p>${escapeHtml(unknownText)}</p>`, language });
}

/** The one in the address, the reader’s own, the browser’s. */
function languageFor(request: FastifyRequest, own?: string | null): ChoiceLanguage {
  return choiceLanguage(asText(dig(request.query, 'lang'), 8), own, request.headers['accept-language']);
}

/** Fields of an urlencoded or multipart body; the few that unsubscribe forms have. */
export function formFields(body: string): Map<string, string> {
  const boundary = /^--([^\r\n]{1,200})\r?\n/.exec(body)?.[1];
  if (boundary === undefined) return new Map(new URLSearchParams(body.trim()));
  const fields = new Map<string, string>();
  for (const part of body.split(`--${boundary}`)) {
    const found =
      /^\r?\n(?:[^\r\n]+\r?\n)*?content-disposition:[^\r\n]*\bname="([^"\r\n]*)"[^\r\n]*\r?\n(?:[^\r\n]+\r?\n)*\r?\n([^]*?)\r?\n$/i.exec(
        part,
      );
    if (found) fields.set(found[1]!, found[2]!);
  }
  return fields;
}

function tokenOf(request: FastifyRequest): string {
  return asText(dig(request.params, 'token'), 512) ?? '';
}
