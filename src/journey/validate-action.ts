import { reservedHeader } from '../base/index.ts';
import { anyType, listOf, mapOf, parseType, type Schema } from '../language/index.ts';
import type { CustomAction, Token } from './definition.ts';
import { answerSchema } from './schema.ts';
import { durationWithin, expression, template, type ActivityHands, type PartHands } from './validate-part.ts';

const second = 1000;
const day = 86_400_000;

/** Everything wrong with a custom action. */
export function checkAction(where: string, action: CustomAction, hands: ActivityHands): void {
  const { goes, say } = hands;
  if (!/^[A-Za-z][A-Za-z0-9_]{0,29}$/.test(action.name))
    say(`${where}.name`, 'An action has a name of letters, digits and underscores');
  // What a call for many sends is of nobody in particular.
  const sees = action.batch === undefined ? hands.sees : mapOf({ batch: listOf(anyType) });
  const filled = { say, sees: withSecrets(sees, action.token !== undefined) };
  checkToken(`${where}.token`, action, say);
  checkAddress(`${where}.url`, action.url, filled);
  checkHeaders(`${where}.headers`, action.headers ?? {}, filled);
  checkBody(`${where}.body`, action.body, filled);
  checkKeys(where, action, say);
  const response = mapOf({ response: answerSchema(action) });
  if (action.answer !== undefined) expression(`${where}.answer`, action.answer, { say, sees: response });
  checkBatch(`${where}.batch`, action, hands);
  checkEnough(`${where}.enough`, action, hands);
  checkTries(where, action, hands);
  if (action.onError !== undefined) goes(`${where}.onError`, action.onError);
  goes(`${where}.next`, action.next);
}

/** Secrets that are named alone: what the body is signed with, and what is shown to a service that asks who calls. */
function checkKeys(where: string, { sign, certificate, url }: CustomAction, say: PartHands['say']): void {
  for (const [part, name] of Object.entries({ sign, certificate }))
    if (name !== undefined) checkSecretName(`${where}.${part}`, name, say);
  if (certificate !== undefined && !url.startsWith('https://'))
    say(`${where}.certificate`, 'A certificate is shown over https only, and never to this server');
}

function checkSecretName(where: string, name: string, say: PartHands['say']): void {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,39}$/.test(name))
    say(where, `"${name.slice(0, 60)}" is no name of a secret: letters, digits and underscores`);
}

/** What is sent may name secrets; conditions and mails may not. */
function withSecrets(sees: Schema, hasToken: boolean): Schema {
  const text = parseType('text');
  const more = { secret: { type: mapOf({}, text) }, call: { type: mapOf({ key: text }) } };
  return { ...sees, fields: { ...sees.fields, ...more, ...(hasToken ? { token: { type: text } } : {}) } };
}

/** It is asked for before anybody in particular is: it sees the secrets alone. */
function checkToken(where: string, { token, ...action }: CustomAction, say: PartHands['say']): void {
  if (token === undefined) return;
  const secrets = { secret: mapOf({}, parseType('text')) };
  const { assertion } = token;
  const hands = { say, sees: mapOf(assertion === undefined ? secrets : { ...secrets, assertion: parseType('text') }) };
  if (assertion !== undefined) checkAssertion(`${where}.assertion`, assertion, { say, sees: mapOf(secrets) });
  if (
    assertion !== undefined &&
    !JSON.stringify([token.url, token.headers, token.form, token.body]).includes('assertion')
  )
    say(`${where}.assertion`, 'Nobody uses it: write {{assertion}} in the form or the body of the token');
  checkAddress(`${where}.url`, token.url, hands);
  checkHeaders(`${where}.headers`, token.headers ?? {}, hands);
  checkBody(`${where}.body`, token.body, hands);
  for (const [name, value] of Object.entries(token.form ?? {})) {
    if (/(secret|password|assertion)$/i.test(name) && !value.includes('{')) say(`${where}.form.${name}`, sealIt);
    template(`${where}.form.${name}`, value, hands);
  }
  if (token.form !== undefined && token.body !== undefined) say(where, 'A request has a form or a body, not both');
  if (token.method === 'GET' && (token.form ?? token.body) !== undefined)
    say(where, 'A GET sends neither form nor body');
  if (token.value !== undefined) expression(`${where}.value`, token.value, { say, sees: mapOf({ response: anyType }) });
  if (token.lasts !== undefined)
    durationWithin(`${where}.lasts`, token.lasts, {
      from: 60 * second,
      to: 30 * day,
      words: 'a minute to 30 days',
      say,
    });
  if (!/\{[^}]*\btoken\b|"=[^"]*\btoken\b/.test(JSON.stringify([action.url, action.headers, action.body])))
    say(where, 'Nobody uses it: write {{token}} in address, headers or body of the action');
}

function checkAssertion(where: string, assertion: NonNullable<Token['assertion']>, hands: PartHands): void {
  const { key, claims, lasts } = assertion;
  checkSecretName(`${where}.key`, key, hands.say);
  checkBody(`${where}.claims`, claims, hands);
  if (lasts === undefined) return;
  durationWithin(`${where}.lasts`, lasts, { from: 10 * second, to: day, words: '10 seconds to a day', ...hands });
}

const sealIt = 'A secret does not stand in a document: keep it with PUT /v1/secrets/NAME, and write {{secret.NAME}}';

/** Who is called is written out, so that no data can choose it; what is asked of them may be filled in. */
function checkAddress(where: string, url: string, hands: PartHands): void {
  const { say } = hands;
  if (!/^(\/(?!\/)|https?:\/\/)/.test(url))
    return say(where, `"${url}" is neither a path of this server nor an https address`);
  if (/^\/[^?]*\{/.test(url))
    say(where, 'A path of this server is written out; only what follows the question mark may be filled in');
  if (/^https?:\/\/[^/?#]*\{/.test(url)) say(where, 'The host is written out; only what follows it may be filled in');
  if (/[?&](api[-_]?key|key|token|access[-_]?token|secret|password)=[^&{]/i.test(url)) say(where, sealIt);
  template(where, url, { ...hands, mode: 'url' });
}

function checkHeaders(where: string, headers: Record<string, string>, hands: PartHands): void {
  for (const [name, value] of Object.entries(headers)) {
    const here = `${where}.${name}`;
    if (!/^[A-Za-z0-9-]{1,100}$/.test(name)) hands.say(here, `"${name.slice(0, 60)}" is no name of a header`);
    else if (reservedHeader.test(name)) hands.say(here, 'It cannot be set: it says how the call itself is made');
    if (/^(authorization|.*(api-?key|token|secret))$/i.test(name) && !value.includes('{')) hands.say(here, sealIt);
    template(here, value, hands);
  }
}

/** A list at the root of a body is as good as an object. */
function checkBody(where: string, value: unknown, hands: PartHands & { depth?: number }): void {
  const depth = hands.depth ?? 0;
  if (depth > 32) return hands.say(where, 'The body is nested too deep');
  if (typeof value === 'string') {
    if (value.startsWith('=')) expression(where, value.slice(1), hands);
    else template(where, value, hands);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      checkBody(Array.isArray(value) ? `${where}[${key}]` : `${where}.${key}`, one, { ...hands, depth: depth + 1 });
    }
  }
}

function checkBatch(where: string, { batch, cache }: CustomAction, hands: ActivityHands): void {
  if (batch === undefined) return;
  const { say } = hands;
  const sees = { ...hands.sees, fields: { ...hands.sees.fields, call: { type: mapOf({ key: parseType('text') }) } } };
  if (!(batch.most >= 2 && batch.most <= 200)) say(`${where}.most`, `${batch.most} is not within 2 to 200`);
  checkBody(`${where}.each`, batch.each, { say, sees });
  if (batch.key !== undefined) expression(`${where}.key`, batch.key, { say, sees });
  const response = mapOf({ response: anyType });
  if (batch.answers !== undefined) expression(`${where}.answers`, batch.answers, { say, sees: response });
  const one = mapOf({ one: anyType });
  if (batch.of !== undefined) expression(`${where}.of`, batch.of, { say, sees: one });
  if (batch.status !== undefined) expression(`${where}.status`, batch.status, { say, sees: one });
  if (batch.of !== undefined && batch.key === undefined)
    say(`${where}.key`, 'Answers that have a key of their own are found by a key of each');
  if (cache !== undefined)
    say(where, 'A call for many asks for people, so its answers serve nobody else; leave "cache" out');
}

/** A backup answers under the same name, so that whoever reads the answer need not know which one it is. */
function checkEnough(where: string, { enough, name, ...action }: CustomAction, hands: ActivityHands): void {
  if (enough === undefined) return;
  const { say, goes, definition } = hands;
  const response = mapOf({ response: answerSchema({ enough, name, ...action }) });
  if (enough.items !== undefined) expression(`${where}.items`, enough.items, { say, sees: response });
  if (!(enough.least >= 1)) say(`${where}.least`, `${enough.least} is no number of items; write a whole number from 1`);
  if (enough.onFew !== undefined) goes(`${where}.onFew`, enough.onFew);
  if (enough.otherwise !== 'backup' && enough.backup === undefined) return;
  goes(`${where}.backup`, enough.backup);
  const backup = enough.backup === undefined ? undefined : definition.activities[enough.backup];
  if (backup !== undefined && (backup.kind !== 'action' || backup.name !== name))
    say(
      `${where}.backup`,
      `"${enough.backup}" is no action of the name ${name}; the mail reads the answer by that name`,
    );
}

/** How long, how often, how far apart, and how many. */
function checkTries(where: string, action: CustomAction, { say }: PartHands): void {
  const { timeout, retries, backOff, deadline, service, rate, cache, maxAge } = action;
  if (maxAge !== undefined)
    durationWithin(`${where}.maxAge`, maxAge, { from: 60 * second, to: 30 * day, words: 'a minute to 30 days', say });
  if (deadline !== undefined)
    durationWithin(`${where}.deadline`, deadline, { from: second, to: 30 * day, words: 'a second to 30 days', say });
  if (service !== undefined && !/^[a-z0-9][a-z0-9-]{0,59}$/.test(service))
    say(`${where}.service`, `"${service}" is no name of a service: lower-case letters, digits and hyphens`);
  if (rate !== undefined && !(rate >= 0.001 && rate <= 100_000))
    say(
      `${where}.rate`,
      `${rate} is no rate; write how many calls may go in a second, such as 5, or 0.1 for one in ten`,
    );
  if (cache !== undefined)
    durationWithin(`${where}.cache`, cache, { from: second, to: day, words: 'a second to a day', say });
  if (timeout !== undefined)
    durationWithin(`${where}.timeout`, timeout, { from: 100, to: 120 * second, words: '0.1 to 120 seconds', say });
  if (retries !== undefined && (retries < 0 || retries > 20))
    say(`${where}.retries`, `${retries} is no number of further tries; write a whole number from 0 to 20`);
  for (const part of ['first', 'most'] as const) {
    const given = backOff?.[part];
    if (given === undefined) continue;
    durationWithin(`${where}.backOff.${part}`, given, { from: 100, to: day, words: '0.1 seconds to a day', say });
  }
}
