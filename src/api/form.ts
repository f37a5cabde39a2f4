import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BeckonError } from '../base/index.ts';
import { bannerScript } from './banner.ts';
import type { FormLanguage } from './contract-form.ts';
import { originAllowed } from './edge-request.ts';
import { errors } from './error.ts';
import { sendAsk, sendForm, sendNote } from './form-page.ts';
import { formScript } from './form-script.ts';
import { faultWords, languageOf } from './form-text.ts';
import type { Confirmation, Form } from './forms.ts';
import type { House } from './house.ts';
import { adminLimits, asObject, asText, dig, parseJson } from './json.ts';
import { Buckets, networkOf } from './limit.ts';
import { asBeckonError, sendProblem } from './problem.ts';
import { choiceLanguage, choiceWords } from './choice-text.ts';
import { openToAll } from './guard.ts';
import { leaveWords } from './leave-text.ts';
import { isLoopback } from './session.ts';
import { formFields } from './track.ts';

const hidden = { schema: { hide: true } };
/** Sign-ups from one network: ten at once, then one a minute. */
const rate = { rate: 1 / 60, burst: 10 };
/** A field that people do not see; what fills it in is a machine. */
const trap = 'website';

/**
 * Sign-up forms on pages, `/forms/<key>`, and the links in the mails that ask whether it was meant, `/o/<token>`. Works
 * with and without scripts. What comes in here is a browser's word, so it gives no consent: the mailbox does.
 */
export async function formRoutes(app: FastifyInstance, { house }: { house: House }): Promise<void> {
  openToAll(app, 'forms are for everybody');
  const buckets = new Buckets(() => house.clock.real());
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 16 * 1024 }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, request, reply) => {
    const known = asBeckonError(error);
    if (known.status >= 500) house.log.error('form.failed', { code: known.code, error });
    if (wantsJson(request)) return sendProblem(reply, known, house.settings.publicUrl);
    if (known.retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(known.retryAfter)));
    return sendNote(reply, {
      status: known.status,
      heading: 'That did not work',
      body: `${known.mend}.`,
      language: 'en',
    });
  });
  app.decorateReply('face', null);
  app.addHook('preHandler', async (request, reply) => {
    if (!request.url.includes('.js')) reply.face = await faceOf(house);
  });
  app.get('/forms/signup.js', hidden, (_request, reply) => sendScript(reply, formScript));
  app.get('/consent-banner.js', hidden, (_request, reply) => sendScript(reply, bannerScript));
  app.get('/forms/:key', hidden, (request, reply) => show(request, reply, house));
  app.options('/forms/:key', hidden, async (request, reply) => {
    await admitted(request, reply, house);
    return reply
      .code(204)
      .headers({ 'access-control-allow-methods': 'GET, POST', 'access-control-max-age': '600' })
      .send();
  });
  app.post('/forms/:key', hidden, (request, reply) => take(request, reply, { house, buckets }));
  app.get('/o/:token', hidden, async (request, reply) => {
    const found = await house.forms.look(tokenOf(request));
    return found?.state === 'pending' ? sendAsk(reply, found) : sendConfirmation(request, reply, { found, house });
  });
  app.post('/o/:token', hidden, (request, reply) => confirm(request, reply, house));
}

/** Forms and their confirmations are the shop’s own, so they look as its mails do. */
async function faceOf({ senders, templates }: House): Promise<NonNullable<FastifyReply['face']>> {
  const [{ sender }, theme] = await Promise.all([senders.get('default'), templates.themes.get()]);
  return { shop: sender.name, theme };
}

function sendScript(reply: FastifyReply, script: string): FastifyReply {
  return reply
    .headers({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    })
    .send(script);
}

/** The form behind the address, if the page may use it; CORS headers are set either way. */
async function admitted(request: FastifyRequest, reply: FastifyReply, house: House): Promise<Form> {
  const key = asText(dig(request.params, 'key'), 64) ?? '';
  const form = await house.forms.find(key);
  const { origin } = request.headers;
  void reply.header('vary', 'Origin, Accept');
  if (!form)
    throw new BeckonError(errors.API_NOT_FOUND, `There is no form "${key}"`, { mend: 'Check the address of the form' });
  if (origin === undefined || origin === ownOrigin(house)) return form;
  // A page in a sandbox or opened from a disk says "null": that is nobody's origin.
  if (origin === 'null' || !originAllowed(origin, form, house.settings.publicUrl)) {
    throw new BeckonError(
      errors.API_ORIGIN_REFUSED,
      `Pages of ${origin.slice(0, 200)} may not send the form "${key}"`,
      {
        mend: `Add the origin to allowedOrigins with PUT /v1/forms/${key}`,
      },
    );
  }
  void reply.headers({ 'access-control-allow-origin': origin, 'access-control-allow-headers': 'content-type' });
  return form;
}

function ownOrigin(house: House): string {
  return new URL(house.settings.publicUrl).origin;
}

/** The form as a page; for our script its words. */
async function show(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const form = await admitted(request, reply, house);
  const language = languageFor(request, form);
  const words = house.forms.words(form, language);
  if (!wantsJson(request)) return sendForm(reply, { form, words, language });
  const { heading, intro, email, firstName, consent, button } = words;
  return sendJson(reply, {
    key: form.key,
    language,
    askName: form.askName,
    heading,
    intro,
    email,
    firstName,
    consent,
    button,
  });
}

async function take(
  request: FastifyRequest,
  reply: FastifyReply,
  { house, buckets }: { house: House; buckets: Buckets },
): Promise<FastifyReply> {
  const form = await admitted(request, reply, house);
  const fields = fieldsOf(request);
  const said = (name: string, limit: number) => asText(fields.get(name), limit);
  const language = languageFor(request, form, said('language', 35));
  const faults = faultWords[language];
  const email = said('email', 254) ?? '';
  const again = (fault: string, where: string) =>
    refuse(request, reply, { house, form, language, email, fault, where, firstName: said('firstName', 60) });
  const wait = limited(request, house) ? buckets.take(`form ${networkOf(request.ip)}`, rate) : 0;
  if (wait > 0) {
    void reply.header('retry-after', String(Math.ceil(wait)));
    if (!wantsJson(request)) return sendNote(reply, { status: 429, heading: faults.later, body: '', language });
    throw new BeckonError(errors.API_TOO_MANY, faults.later, { retryAfter: Math.ceil(wait) });
  }
  if (fields.get('consent') === undefined || fields.get('consent') === '') return again(faults.consent, 'consent');
  // The same answer as ever: whoever set the machine up learns nothing.
  if (said(trap, 200) === undefined) {
    const firstName = form.askName ? said('firstName', 60) : undefined;
    const page = said('page', 2048) ?? request.headers.referer;
    const timeZone = said('timeZone', 64);
    const input = {
      email,
      ip: request.ip,
      ...(firstName === undefined ? {} : { firstName }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(page === undefined ? {} : { page: page.slice(0, 2048) }),
      language,
    };
    try {
      await house.forms.signUp(form, input, { asserted: false });
    } catch (error) {
      if (error instanceof BeckonError && error.where === 'email') return again(faults.email, 'email');
      throw error;
    }
  }
  const { sent, heading } = house.forms.words(form, language, email);
  if (wantsJson(request)) return sendJson(reply, { state: 'pending', message: sent });
  return sendNote(reply, { status: 200, heading, body: sent, language, back: backOf(form, language, house) });
}

interface Refusal {
  house: House;
  form: Form;
  language: FormLanguage;
  email: string;
  firstName: string | undefined;
  fault: string;
  where: string;
}

function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { house, form, language, email, fault, where, firstName = '' } = refusal;
  if (wantsJson(request)) {
    const mend = 'Correct the field that is named';
    return sendProblem(
      reply,
      new BeckonError(errors.API_INPUT_INVALID, fault, { where, mend }),
      house.settings.publicUrl,
    );
  }
  const words = house.forms.words(form, language);
  return sendForm(reply, {
    form,
    words,
    language,
    entered: { email, firstName, ticked: where !== 'consent' },
    fault: { text: fault, where },
  });
}

/** A POST only: mail scanners follow every link, and none of them may say yes in somebody's name. */
async function confirm(request: FastifyRequest, reply: FastifyReply, house: House): Promise<FastifyReply> {
  const token = tokenOf(request);
  if (fieldsOf(request).get('confirm') !== 'yes') {
    const found = await house.forms.look(token);
    return found?.state === 'pending' ? sendAsk(reply, found, 400) : sendConfirmation(request, reply, { found, house });
  }
  return sendConfirmation(request, reply, { found: await house.forms.confirm(token, { ip: request.ip }), house });
}

function sendConfirmation(
  request: FastifyRequest,
  reply: FastifyReply,
  { found, house }: { found: Confirmation | null; house: House },
): FastifyReply {
  if (found === null) {
    const language = choiceLanguage(request.headers['accept-language']);
    const { nowhereTitle: heading } = leaveWords(language);
    return sendNote(reply, { status: 404, heading, body: choiceWords(language).unknownText, language });
  }
  const { words, language, form, state } = found;
  const back = form && backOf(form, language, house);
  if (state === 'confirmed') {
    return sendNote(reply, { status: 200, heading: words.doneHeading, body: words.doneBody, language, back });
  }
  const again = form && { text: words.button, url: `/forms/${form.key}` };
  return sendNote(reply, { status: 410, heading: words.lateHeading, body: words.lateBody, language, back: again });
}

function backOf(form: Form, language: FormLanguage, house: House): { text: string; url: string } | null {
  return form.shopUrl === null ? null : { text: house.forms.named(faultWords[language].back), url: form.shopUrl };
}

function languageFor(request: FastifyRequest, form: Form, said?: string): FormLanguage {
  const asked = asText(dig(request.query, 'lang'), 35);
  return languageOf([said, asked, request.headers['accept-language']], form.language);
}

function limited(request: FastifyRequest, house: House): boolean {
  return house.settings.rates?.loopback === true || !isLoopback(request.ip);
}

function wantsJson(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

/** Fields of a form in any of the ways pages send one; only texts, each name once. */
function fieldsOf(request: FastifyRequest): Map<string, string> {
  const body = typeof request.body === 'string' ? request.body : '';
  if (!(request.headers['content-type'] ?? '').includes('json')) return formFields(body);
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(asObject(parseJson(body, adminLimits)) ?? {})) {
    if (typeof value === 'string' || typeof value === 'number') fields.set(name, String(value));
    else if (value === true) fields.set(name, 'yes');
  }
  return fields;
}

function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply
    .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .send(JSON.stringify(value));
}

function tokenOf(request: FastifyRequest): string {
  return asText(dig(request.params, 'token'), 512) ?? '';
}
