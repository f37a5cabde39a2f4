import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import type { FormView, SignUpView } from './api/contract-form.ts';
import { emptySignUps } from './api/index.ts';
import { quietLog, VirtualClock } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { emptyLog } from './event/index.ts';
import { emptyLedger } from './message/index.ts';
import { emptyProfiles } from './profile/index.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

const day = 86_400_000;
const device = '1'.repeat(38);
let store: Store;
let rooms: Rooms;
let doors: Doors;
/** Each test calls from a network of its own. */
let network = 0;
let mails: { to: string; raw: string }[] = [];

beforeAll(async () => {
  store = await freshStore(migrations);
  const flags = ['--no-demo', '--smtp', 'smtp://127.0.0.1:9'];
  const settings = readSettings(flags, {
    BECKON_FROM: 'Lumen & Loom <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  const limits = { ...settings, clock: 'virtual' as const, trustProxy: true };
  rooms = await joinRooms({ ...limits, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  rooms.transport.catchAll(async (raw, to) => void mails.push({ to, raw: raw.toString() }));
  doors = await openDoors(rooms);
});
afterAll(() => doors.close());

beforeEach(async () => {
  mails = [];
  network++;
  await store.inTransaction(async (tx) => {
    for (const empty of [emptySignUps, emptyLog, emptyProfiles, emptyLedger]) await empty(tx);
    await tx.run({ text: 'truncate suppression, form' });
  });
  await api('PUT', '/v1/forms/news', { title: 'News', allowedOrigins: ['https://shop.example'] });
});

async function call(method: string, url: string, more: { headers?: Record<string, string>; body?: string } = {}) {
  const headers = { 'x-forwarded-for': `203.0.113.${network}`, ...more.headers };
  return doors.callOwn({ method: method as 'GET', url, headers, body: more.body ?? null, timeoutMs: 20_000 });
}

async function api<T>(method: string, url: string, body?: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const answer = await call(method, url, body === undefined ? {} : { headers, body: JSON.stringify(body) });
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
  return JSON.parse(answer.text) as T;
}

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  call('POST', '/forms/news', {
    headers: { ...urlencoded, ...headers },
    body: String(new URLSearchParams({ consent: 'yes', ...fields })),
  });

/** The text parts of a mail, decoded. */
function textOf(raw: string): string {
  const parts = [...raw.matchAll(/Content-Transfer-Encoding: base64\r?\n[^]*?\r?\n\r?\n([A-Za-z0-9+/=\r\n]+)/g)];
  return parts.map(([, body]) => Buffer.from(body!, 'base64').toString()).join('\n');
}

async function tokenSent(): Promise<string> {
  await rooms.messages.work();
  return /\/o\/(v1\.1\.[\w-]+\.[\w-]+)/.exec(textOf(mails.at(-1)!.raw))![1]!;
}

const confirm = (token: string) => call('POST', `/o/${token}`, { headers: urlencoded, body: 'confirm=yes' });
const profileOf = async (address: string) => {
  await rooms.folder.drain();
  return rooms.profiles.find({ namespace: 'email', id: address });
};
const consentOf = async (address: string) => (await profileOf(address))?.state.consent['email-marketing'];
const counts = async () => (await api<FormView>('GET', '/v1/forms/news')).counts;
function pass(ms: number): void {
  const clock = rooms.clock as VirtualClock;
  clock.moveTo(clock.now() + ms);
}

describe('signing up on a page', () => {
  it('asks by mail, and gives no consent and no profile until the button of the mail’s page is pressed', async () => {
    const answer = await post({ email: 'Ada@example.com' });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('a mail is on its way to Ada@example.com');
    expect(await profileOf('ada@example.com')).toBeNull();
    const token = await tokenSent();
    expect(mails[0]!.to).toBe('Ada@example.com');
    const asked = await call('GET', `/o/${token}`);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('A…@example.com');
    expect(await counts()).toEqual({ pending: 1, confirmed: 0, expired: 0 });
    expect(await profileOf('ada@example.com')).toBeNull();
    expect((await confirm(token)).text).toContain('Thank you');
    expect(await consentOf('ada@example.com')).toMatchObject({ state: 'in', source: 'form:news' });
    expect((await profileOf('ada@example.com'))!.state.email).toBe('Ada@example.com');
    expect(await counts()).toEqual({ pending: 0, confirmed: 1, expired: 0 });
  });

  it('keeps as proof what was shown, where, from which network, and that it was asked before it was given', async () => {
    await post({ email: 'ada@example.com', page: 'https://shop.example/blog?mail=ada@example.com' });
    await confirm(await tokenSent());
    const { id } = (await profileOf('ada@example.com'))!;
    const { consents } = await rooms.profiles.storyOf(id);
    expect(consents.map(({ state }) => state).sort()).toEqual(['in', 'pending']);
    for (const record of consents)
      expect(record).toMatchObject({
        purpose: 'email-marketing',
        channel: 'email',
        level: 2,
        source: 'form:news',
        basis: 'consent',
        wording: expect.stringContaining('Lumen & Loom may send me mail'),
        proof: { page: 'form:news https://shop.example/blog', ipPrefix: '203.0.113.0/24' },
      });
  });

  it('is confirmed once however often the button is pressed, and says so each time', async () => {
    await post({ email: 'ada@example.com' });
    const token = await tokenSent();
    const answers = await Promise.all([confirm(token), confirm(token), confirm(token)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { id } = (await profileOf('ada@example.com'))!;
    expect((await rooms.profiles.storyOf(id)).consents).toHaveLength(2);
    expect((await call('GET', `/o/${token}`)).text).toContain('Thank you');
  });

  it('is not confirmed by what follows links: GET and HEAD change nothing, nor does a POST without the field', async () => {
    await post({ email: 'ada@example.com' });
    const token = await tokenSent();
    await call('GET', `/o/${token}`);
    await call('HEAD', `/o/${token}`);
    expect((await call('POST', `/o/${token}`, { headers: urlencoded, body: '' })).status).toBe(400);
    const oneClick = 'List-Unsubscribe=One-Click';
    expect((await call('POST', `/o/${token}`, { headers: urlencoded, body: oneClick })).status).toBe(400);
    expect(await counts()).toMatchObject({ pending: 1, confirmed: 0 });
  });

  it('refuses a link of another purpose, a changed one and one that was never given', async () => {
    await post({ email: 'ada@example.com' });
    const token = await tokenSent();
    const changed = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    for (const wrong of [changed, 'nonsense', token.replace('v1.1', 'v1.2')]) {
      expect((await confirm(wrong)).status).toBe(404);
      expect((await call('GET', `/o/${wrong}`)).status).toBe(404);
    }
    expect((await call('GET', `/u/${token}`)).status).toBe(404);
    expect((await call('GET', `/c/${token}`)).status).toBe(404);
  });

  it('expires after seven days, and is forgotten after thirty (trust.md §1.8)', async () => {
    await post({ email: 'ada@example.com' });
    const token = await tokenSent();
    pass(7 * day);
    expect((await call('GET', `/o/${token}`)).status).toBe(410);
    const late = await confirm(token);
    expect(late.status).toBe(410);
    expect(late.text).toContain('/forms/news');
    expect(await consentOf('ada@example.com')).toBeUndefined();
    expect(await counts()).toMatchObject({ expired: 1 });
    expect(await rooms.forms.tidy()).toBe(0);
    pass(23 * day);
    expect(await rooms.forms.tidy()).toBe(1);
    const left = await store.rows({ text: `select 1 from message where addressed_to <> '' or context::text <> '{}'` });
    expect(left).toEqual([]);
    expect((await confirm(token)).status).toBe(410);
  });

  it('sends an address two mails in thirty days, also when many ask at once, and tells nobody (trust row 34)', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => post({ email: 'victim@example.com' })));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    await rooms.messages.work();
    expect(mails).toHaveLength(2);
    pass(30 * day);
    await post({ email: 'VICTIM@example.com' });
    await rooms.messages.work();
    expect(mails).toHaveLength(3);
  });

  it('says the same of an address that is known, unsubscribed or banned, and mails nobody who is banned', async () => {
    await rooms.store.inTransaction((tx) => rooms.messages.neverMail(tx, ['gone@example.com']));
    const known = await post({ email: 'gone@example.com' });
    const fresh = await post({ email: 'none@example.com' });
    expect(known.text.replace('gone', 'none')).toBe(fresh.text);
    await rooms.messages.work();
    expect(mails.map(({ to }) => to)).toEqual(['none@example.com']);
  });

  it('takes back an unsubscription that is older than the confirmation', async () => {
    await post({ email: 'ada@example.com' });
    await confirm(await tokenSent());
    await rooms.folder.drain();
    const out = { identities: { email: 'ada@example.com' }, consent: { 'email-marketing': 'out' } };
    pass(1000);
    await api('POST', '/v1/profiles', out);
    expect(await consentOf('ada@example.com')).toMatchObject({ state: 'out' });
    pass(1000);
    await post({ email: 'ada@example.com' });
    expect(await consentOf('ada@example.com')).toMatchObject({ state: 'out' });
    await confirm(await tokenSent());
    expect(await consentOf('ada@example.com')).toMatchObject({ state: 'in' });
  });

  it('changes nothing of a known person by merely asking, not even how the address is written (trust row 75)', async () => {
    await api('POST', '/v1/profiles', {
      identities: { email: 'Ada@Example.com', crm: '7' },
      attributes: { firstName: 'Ada' },
    });
    const before = (await profileOf('ada@example.com'))!;
    await post({ email: 'ADA@example.com' });
    expect((await profileOf('ada@example.com'))!).toEqual(before);
  });

  it('keeps to itself that a trap was sprung', async () => {
    const answer = await post({ email: 'ada@example.com', website: 'https://spam.example' });
    expect(answer.text).toBe((await post({ email: 'ada@example.com' })).text);
    await rooms.messages.work();
    expect(mails).toHaveLength(1);
  });

  it('shows the form again with what was entered when it is refused', async () => {
    const bad = await post({ email: '"><script>alert(1)</script>@x' });
    expect(bad.status).toBe(400);
    expect(bad.text).toContain('That is not an e-mail address');
    expect(bad.text).toContain('&quot;&gt;&lt;script&gt;');
    expect(bad.text).not.toContain('<script>');
    expect(bad.text).toContain('required checked');
    const unticked = await post({ email: 'ada@example.com', consent: '' });
    expect(unticked.status).toBe(400);
    expect(unticked.text).toContain('Tick the box');
    for (const email of ['', 'a@b', 'a b@example.com', 'ada@example.com\r\nBcc: x@y.example', 'a@127.0.0.1'])
      expect((await post({ email })).status).toBe(400);
    await rooms.messages.work();
    expect(mails).toEqual([]);
  });

  it('takes ten from one network at once, then says when to come again', async () => {
    const send = (n: number) => post({ email: `p${n}@example.com` });
    const answers = [];
    for (let n = 0; n < 12; n++) answers.push(await send(n));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429, 429]);
    const answer = answers.at(-1)!;
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await rooms.messages.work();
    expect(mails).toHaveLength(10);
  });
});

describe('signing up at the shop’s own form', () => {
  const body = {
    email: 'Ben@example.com',
    firstName: 'Ben',
    ecid: device,
    timeZone: 'Europe/Berlin',
    page: 'https://shop.example/',
  };

  it('counts at once where the form does without double opt-in', async () => {
    await api('PUT', '/v1/forms/news', { doubleOptIn: false });
    expect(await api('POST', '/v1/forms/news/sign-ups', body)).toEqual({ state: 'confirmed', limited: false });
    const { state, id } = (await profileOf('ben@example.com'))!;
    expect(state).toMatchObject({
      email: 'Ben@example.com',
      timeZone: 'Europe/Berlin',
      attributes: { firstName: 'Ben' },
    });
    expect(state.identities).toContainEqual({ namespace: 'ecid', id: device });
    expect((await rooms.profiles.storyOf(id)).consents).toMatchObject([{ state: 'in', level: 3, basis: 'consent' }]);
    await rooms.messages.work();
    expect(mails).toEqual([]);
  });

  it('keep the words that were agreed to when the form is gone, and whatever its words are now (trust row 33)', async () => {
    await post({ email: 'ada@example.com' });
    await confirm(await tokenSent());
    const { id } = (await profileOf('ada@example.com'))!;
    const wordings = async () => (await rooms.profiles.storyOf(id)).consents.map(({ wording }) => wording);
    const agreed = await wordings();
    expect(agreed).toEqual(agreed.map(() => expect.stringContaining('Lumen & Loom may send me mail')));
    await api('PUT', '/v1/forms/news', { texts: { en: { consent: 'Other words now' } } });
    expect(await wordings()).toEqual(agreed);
    await api('DELETE', '/v1/forms/news');
    await expect(api('GET', '/v1/forms/news')).rejects.toThrow('404');
    expect(await wordings()).toEqual(agreed);
  });

  it('joins the device to the person only when the mailbox has said yes', async () => {
    expect(await api('POST', '/v1/forms/news/sign-ups', body)).toEqual({ state: 'pending', limited: false });
    expect(await profileOf('ben@example.com')).toBeNull();
    await confirm(await tokenSent());
    const { state } = (await profileOf('ben@example.com'))!;
    expect(state.identities).toContainEqual({ namespace: 'ecid', id: device });
    expect(state.timeZone).toBe('Europe/Berlin');
  });

  it('is never taken at once from a page, whatever the form says (trust.md §3.5)', async () => {
    await api('PUT', '/v1/forms/news', { doubleOptIn: false });
    await post({ email: 'victim@example.com', ecid: device });
    expect(await profileOf('victim@example.com')).toBeNull();
    const token = await tokenSent();
    await confirm(token);
    expect((await profileOf('victim@example.com'))!.state.identities).toEqual([
      { namespace: 'email', id: 'victim@example.com' },
    ]);
  });

  it('lists who signed up, and refuses what is no address', async () => {
    await api('POST', '/v1/forms/news/sign-ups', { email: 'ben@example.com', wording: 'Ja tack' });
    const { signUps } = await api<{ signUps: SignUpView[] }>('GET', '/v1/forms/news/sign-ups');
    expect(signUps).toMatchObject([
      { email: 'ben@example.com', state: 'pending', wording: 'Ja tack', confirmedAt: null },
    ]);
    await expect(api('POST', '/v1/forms/news/sign-ups', { email: 'ben' })).rejects.toThrow('is not an e-mail address');
    await expect(api('POST', '/v1/forms/other/sign-ups', body)).rejects.toThrow('There is no form');
  });
});

describe('a form', () => {
  it('speaks the language of the page, else of the browser, else its own, in mail and pages', async () => {
    await api('PUT', '/v1/forms/news', { language: 'de', texts: { sv: { button: 'Ja, gärna <b>' } } });
    const get = async (query: string, language: string) =>
      (await call('GET', `/forms/news${query}`, { headers: { 'accept-language': language } })).text;
    expect(await get('?lang=sv-SE', 'de')).toContain('Ja, gärna &lt;b&gt;');
    expect(await get('', 'fr, de;q=0.5')).toContain('<html lang="de">');
    expect(await get('', 'fr')).toContain('Anmelden');
    await post({ email: 'ada@example.com', language: 'sv' });
    const token = await tokenSent();
    expect(textOf(mails[0]!.raw)).toContain('Är det här din adress?');
    expect(textOf(mails[0]!.raw)).toContain('<html lang="sv"');
    expect(mails[0]!.raw).not.toContain('List-Unsubscribe');
    expect((await confirm(token)).text).toContain('Tack, nu gäller det');
    expect((await profileOf('ada@example.com'))!.state.language).toBe('sv');
  });

  it('is sent by the pages that may, and tells a script what to draw', async () => {
    const script = { accept: 'application/json', 'content-type': 'application/json' };
    const from = (origin: string) =>
      call('POST', '/forms/news', {
        headers: { ...script, origin },
        body: JSON.stringify({ email: 'ada@example.com', consent: 'yes' }),
      });
    for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example'])
      expect(JSON.parse((await from(origin)).text)).toMatchObject({ code: 'API_ORIGIN_REFUSED', status: 403 });
    const good = await from('https://shop.example');
    expect(good.headers['access-control-allow-origin']).toBe('https://shop.example');
    expect(JSON.parse(good.text)).toMatchObject({ state: 'pending' });
    const words = await call('GET', '/forms/news?lang=sv', { headers: { ...script, origin: 'https://shop.example' } });
    expect(JSON.parse(words.text)).toMatchObject({
      heading: 'Brev från Lumen & Loom',
      button: 'Anmäl mig',
      language: 'sv',
      askName: false,
    });
    const asked = await call('OPTIONS', '/forms/news', { headers: { origin: 'https://shop.example' } });
    expect(asked.status).toBe(204);
    await rooms.messages.work();
    expect(mails).toHaveLength(1);
  });

  it('refuses settings that cannot be, and keeps what is not given', async () => {
    const put = (body: unknown) => api<FormView>('PUT', '/v1/forms/news', body);
    for (const wrong of [
      { allowedOrigins: ['shop.example'] },
      { shopUrl: 'javascript:alert(1)' },
      { texts: { fr: {} } },
      { colour: 1 },
    ])
      await expect(put(wrong)).rejects.toThrow('API_INPUT_INVALID');
    await expect(api('PUT', '/v1/forms/a.b', {})).rejects.toThrow('cannot be the key');
    expect(await put({ askName: true })).toMatchObject({ title: 'News', askName: true, doubleOptIn: true });
    expect((await call('GET', '/forms/news')).text).toContain('name="firstName"');
    expect((await call('GET', '/forms/none')).status).toBe(404);
  });

  it('gives what it keeps of a person for export, and forgets it with the person', async () => {
    await post({ email: 'ada@example.com' });
    await confirm(await tokenSent());
    const profile = (await profileOf('ada@example.com'))!;
    expect((await rooms.forms.exportFor(['Ada@example.com'])).signUps).toHaveLength(1);
    await rooms.erasures.request(profile);
    await rooms.erasures.work();
    const tables = await store.rows<{ name: string }>({
      text: `select tablename as name from pg_tables where schemaname = 'public'`,
    });
    const left: string[] = [];
    for (const { name } of tables) {
      const rows = await store.rows({
        text: `select 1 from "${name}" t where lower(t::text) like '%ada@example.com%'`,
      });
      if (rows.length > 0) left.push(name);
    }
    expect(left).toEqual([]);
  });
});
