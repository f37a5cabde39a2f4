import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Beckon } from '../support/beckon.ts';
import { openBrowser } from '../support/shopper.ts';

/** A shop of one's own gets a team: the first password, an invitation, a role that is held, an authenticator. */
let beckon: Beckon;
let browser: Browser;
const passwords = { ada: 'seven tall ships at dusk', bo: 'eight small boats at dawn' };

beforeAll(async () => {
  [beckon, browser] = await Promise.all([Beckon.start(['--no-demo']), openBrowser()]);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await beckon?.stop();
});

async function open(path: string): Promise<Page> {
  const page = await (await browser.newContext({ locale: 'en' })).newPage();
  await page.goto(`${beckon.url}${path}`);
  return page;
}

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).last().click();

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Mail address').fill(email);
  await page.getByLabel('Password').first().fill(password);
  await press(page, 'Sign in');
}

it('is set up by the printed link, invites, holds roles, and asks an owner of several for a code', async () => {
  // The line that the program prints; the page behind it needs no session.
  const printed = /set up +(\S+)/.exec(beckon.output.join(''))![1]!;
  const ada = await open(new URL(printed).pathname + new URL(printed).hash);
  await heading(ada, 'The first password');
  await ada.getByLabel('Your name').fill('Ada');
  await ada.getByLabel('Mail address').fill('ada@shop.example');
  await ada.getByLabel('Password').first().fill(passwords.ada);
  await press(ada, 'Set the password');
  await ada.locator('.rail').waitFor();
  expect(new URL(ada.url()).pathname).toBe('/');

  await ada.goto(`${beckon.url}/settings?show=team`);
  await heading(ada, '1 person may work here');
  await press(ada, 'Invite');
  await ada.getByLabel('Name', { exact: false }).first().fill('Bo');
  await ada.getByLabel('Mail address').fill('bo@shop.example');
  await ada.getByLabel('Role').last().selectOption('viewer');
  await press(ada, 'Invite');
  const link = await ada.locator('.member-link').innerText();

  const bo = await open(new URL(link).pathname + new URL(link).hash);
  await heading(bo, 'Welcome, Bo');
  await bo.getByLabel('Password').first().fill(passwords.bo);
  await press(bo, 'Keep this password');
  await bo.locator('.rail').waitFor();
  await bo.goto(`${beckon.url}/settings?show=team`);
  await bo.getByRole('radio', { name: 'Alerts' }).waitFor({ state: 'attached' });
  expect(await bo.getByRole('radio', { name: 'Team' }).count()).toBe(0);
  const status = (path: string, method = 'GET') =>
    bo.evaluate(([at, how]) => fetch(at!, { method: how! }).then((answer) => answer.status), [path, method] as const);
  expect(await status('/v1/people')).toBe(200);
  expect([await status('/v1/members'), await status('/v1/suppressions.csv')]).toEqual([403, 403]);
  // Without the proof of a page nothing is changed, whoever asks.
  expect(await status('/v1/journeys/abandoned-cart/pause', 'POST')).toBe(403);

  await ada.reload();
  await heading(ada, 'First an authenticator');
  await ada.getByLabel('Your password').fill(passwords.ada);
  await press(ada, 'Set it up');
  const secret = (await ada.locator('.code-secret').innerText()).replace(/\s/g, '');
  const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  await ada.getByLabel('What it shows now').fill(code());
  await press(ada, 'Confirm');
  const spare = await ada.locator('.spare-codes li').first().innerText();
  await press(ada, 'I have kept them');
  await heading(ada, '2 people may work here');

  await ada.goto(`${beckon.url}/settings?show=audit`);
  await press(ada, 'Verify all of it');
  await ada.getByText(/^\d+ lines, each fits the one before$/).waitFor();
  await ada.getByText('refused GET /v1/suppressions.csv').waitFor();

  const again = await open('/');
  await signIn(again, 'ada@shop.example', 'wrong wrong wrong');
  await again.getByText('That does not fit.').waitFor();
  await signIn(again, 'ada@shop.example', passwords.ada);
  await again.getByLabel('Code').fill(spare);
  await press(again, 'Sign in');
  await again.locator('.rail').waitFor();
  await again.getByLabel('Your account').click();
  await again.getByRole('menuitem', { name: 'Sign out' }).click();
  await heading(again, 'Sign in to Beckon');
}, 120_000);
