import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Beckon } from '../support/beckon.ts';
import { openBrowser } from '../support/visitor.ts';

/** What a shop puts on its pages to get to know people, in a real Chromium, on a page of another origin than Beckon's. */
let beckon: Beckon;
let shop: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let body = '';
let faults: string[] = [];

beforeAll(async () => {
  beckon = await Beckon.start(['--no-demo']);
  shop = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body);
  });
  await once(shop.listen(0, '127.0.0.1'), 'listening');
  browser = await openBrowser();
  await beckon.api('PUT', '/v1/datastreams/compat', { orgId: 'COMPAT@AdobeOrg', allowedOrigins: [origin()] });
  await beckon.api('PUT', '/v1/forms/news', {
    title: 'News',
    askName: true,
    allowedOrigins: [origin()],
    shopUrl: origin(),
  });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  shop?.close();
  await beckon?.stop();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

const origin = () => `http://localhost:${(shop.address() as AddressInfo).port}`;

/** A page of the shop; waits for nothing but that it is read. */
async function open(html: string, language = 'en'): Promise<void> {
  body = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>Shop</title><link rel="icon" href="data:,"></head><body>${html}</body></html>`;
  await page.goto(origin());
}

async function linkTo(address: string): Promise<string> {
  await expect.poll(async () => (await beckon.mails(address)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const [row] = await beckon.mails(address);
  return /http\S+\/o\/[\w.-]+/.exec((await beckon.mail(row!.id)).text)![0];
}

const consentOf = async (address: string) => {
  const found = await beckon.api<{
    profile: { consent: Record<string, boolean>; attributes: Record<string, unknown> };
  }>('GET', `/v1/profiles/email:${address}`);
  return JSON.stringify(found);
};
const isUnknown = (address: string) =>
  expect(beckon.api('GET', `/v1/profiles/email:${address}`)).rejects.toThrow('404');

describe('the sign-up form', () => {
  it('is drawn by the script in the page’s language, sent without leaving the page, and confirmed from the mail', async () => {
    await open(
      `<div data-beckon-form="news"></div><script src="${beckon.url}/forms/signup.js" defer></script>`,
      'de-AT',
    );
    await page.getByLabel('E-Mail', { exact: true }).fill('ada@compat.example');
    await page.getByLabel(/Vorname/).fill('Ada');
    await page.getByRole('button', { name: 'Anmelden' }).click();
    // The box is required: the browser itself says so, and nothing is sent.
    expect(await page.locator('form :invalid').count()).toBe(1);
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Anmelden' }).click();
    await page.getByRole('status').filter({ hasText: 'Fast fertig' }).waitFor();
    expect(await page.locator(':focus').getAttribute('role')).toBe('status');
    expect(page.url()).toBe(`${origin()}/`);
    await isUnknown('ada@compat.example');
    await page.goto(await linkTo('ada@compat.example'));
    expect(await page.getByRole('heading').textContent()).toContain('schreiben?');
    await isUnknown('ada@compat.example');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Danke, es gilt' }).waitFor();
    expect(await consentOf('ada@compat.example')).toContain('"form:news"');
    await page.getByRole('link').click();
    expect(page.url()).toBe(`${origin()}/`);
  });

  it('that is written in the page comes to life, and says what is amiss', async () => {
    await open(`<form data-beckon-form="news" method="post" action="${beckon.url}/forms/news">
      <label>E-mail <input name="email" type="text"></label><label><input type="checkbox" name="consent" value="yes" checked> Yes</label>
      <button>Go</button></form><script src="${beckon.url}/forms/signup.js" defer></script>`);
    await page.getByLabel('E-mail').fill('not an address');
    await page.getByRole('button').click();
    await page.getByRole('alert').filter({ hasText: 'not an e-mail address' }).waitFor();
    await page.getByLabel('E-mail').fill('ben@compat.example');
    await page.getByRole('button').click();
    await page.getByRole('status').filter({ hasText: 'Nearly done' }).waitFor();
    await linkTo('ben@compat.example');
  });

  it('works without scripts, by a page of ours', async () => {
    await context.close();
    context = await browser.newContext({ javaScriptEnabled: false, locale: 'sv-SE' });
    page = await context.newPage();
    await open(`<form method="post" action="${beckon.url}/forms/news"><label>E-mail <input name="email"></label>
      <label><input type="checkbox" name="consent" value="yes"> Yes</label><button>Go</button></form>`);
    await page.getByLabel('E-mail').fill('cleo@compat.example');
    await page.getByRole('button').click();
    // The box was not ticked: our page says so, with what was entered still in it.
    await page.getByRole('alert').filter({ hasText: 'Kryssa i rutan' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'E-post' }).inputValue()).toBe('cleo@compat.example');
    await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Anmäl mig' }).click();
    await page.getByText('Nästan klart').waitFor();
    await page.goto(await linkTo('cleo@compat.example'));
    await page.getByRole('button', { name: 'Ja, skicka mig brev' }).click();
    await page.getByRole('heading', { name: 'Tack, nu gäller det' }).waitFor();
  });
});

describe('the cookie banner', () => {
  const withBanner = (more = '') => `<script>
    window.__alloyNS = ['alloy'];
    window.alloy = function () { var given = arguments; return new Promise(function (ok, no) { window.alloy.q.push([ok, no, given]); }); };
    window.alloy.q = [];</script>
    <script src="${beckon.url}/edge-dev.js" data-target="${beckon.url}"></script><script src="${beckon.url}/alloy.min.js"></script>
    <script>alloy('configure', { datastreamId: 'compat', orgId: 'COMPAT@AdobeOrg', edgeDomain: 'localhost', defaultConsent: 'pending', thirdPartyCookiesEnabled: false });
    window.sent = alloy('sendEvent', { xdm: { eventType: 'web.webpagedetails.pageViews' } })</script>
    <script src="${beckon.url}/consent-banner.js" data-org="COMPAT@AdobeOrg" ${more} defer></script>`;
  const banner = () => page.getByRole('region');
  const edgeCalls: string[] = [];
  beforeEach(() => {
    edgeCalls.length = 0;
    page.on('request', (request) => {
      const action = /\/ee\/(?:\w+\/)?v1\/(.+)\?/.exec(request.url())?.[1];
      if (action && request.method() === 'POST') edgeCalls.push(action);
    });
  });

  it('holds everything back until it is answered, then lets it go, and does not ask again', async () => {
    await open(withBanner('data-privacy="/privacy"'));
    await banner().waitFor();
    expect(edgeCalls).toEqual([]);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.evaluate('window.sent');
    expect(edgeCalls).toEqual(['privacy/set-consent', 'interact']);
    await banner().waitFor({ state: 'detached' });
    await page.reload();
    await page.waitForFunction('window.beckonBanner');
    expect(await page.evaluate('beckonBanner.answer()')).toBe('in');
    expect(await banner().count()).toBe(0);
  });

  it('sends nothing once it is declined (trust row 87), and the mind can be changed', async () => {
    await open(withBanner('data-language="sv"'));
    await page.getByRole('button', { name: 'Avböj' }).click();
    // The SDK settles what was held back, and sends none of it.
    await page.evaluate('window.sent');
    expect(edgeCalls).toEqual(['privacy/set-consent']);
    await page.reload();
    await page.evaluate('window.sent');
    expect(edgeCalls).toEqual(['privacy/set-consent']);
    await page.evaluate('beckonBanner.open()');
    await page.getByRole('button', { name: 'Tillåt' }).click();
    await banner().waitFor({ state: 'detached' });
    await page.reload();
    await page.evaluate('window.sent');
    expect(edgeCalls).toEqual(['privacy/set-consent', 'privacy/set-consent', 'interact']);
  });
});
