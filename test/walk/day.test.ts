import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from '../support/axe.ts';
import { Beckon } from '../support/beckon.ts';
import { OwnShop } from '../support/own-shop.ts';
import { openBrowser } from '../support/shopper.ts';

/**
 * A marketer's day on a shop of one's own (issue of the studio, "Done when"): from an empty Beckon to a mail and its
 * report, by clicking and typing alone. Nothing here calls the API.
 */
let beckon: Beckon;
let browser: Browser;
let shop: OwnShop;

beforeAll(async () => {
  shop = await OwnShop.open();
  const flags = ['--no-demo', '--clock', 'virtual', '--shop-url', shop.url];
  const env = { BECKON_FROM: '"Hearth" <hello@hearth.example>', BECKON_POSTAL_ADDRESS: 'Mill Lane 2, York' };
  [beckon, browser] = await Promise.all([Beckon.start(flags, env), openBrowser()]);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await beckon?.stop();
  await shop?.close();
});

/** Nothing keeps anybody out, nothing hangs over the edge. */
async function isSound(page: Page): Promise<void> {
  expect(await seriousFindings(page), page.url()).toEqual([]);
  const over = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
  expect(over, page.url()).toBeLessThanOrEqual(0);
}

/** Presses the button that copies a text, and takes what is then in the clipboard. */
async function copied(page: Page, name: string): Promise<string> {
  await page.locator('figure', { hasText: name }).getByRole('button', { name: 'Copy' }).first().click();
  await page.getByRole('button', { name: 'Copied' }).first().waitFor();
  return page.evaluate(() =>
    (
      globalThis as unknown as { navigator: { clipboard: { readText(): Promise<string> } } }
    ).navigator.clipboard.readText(),
  );
}

const goTo = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

describe.each([
  { colorScheme: 'light', viewport: { width: 1280, height: 900 }, name: 'Ada' },
  { colorScheme: 'dark', viewport: { width: 390, height: 844 }, name: 'Bo' },
] as const)('a marketer’s day, $viewport.width wide and $colorScheme', ({ name, ...look }) => {
  let context: BrowserContext;
  let page: Page;
  let visitor: Page;
  const troubles: string[] = [];
  const own = (text: string) => `${text} ${name}`;
  const key = (text: string) => own(text).toLowerCase().replaceAll(' ', '-');

  beforeAll(async () => {
    context = await browser.newContext({ ...look, locale: 'en' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: beckon.url });
    page = await context.newPage();
    page.on('pageerror', (error) => troubles.push(`${page.url()}: ${String(error)}`));
    visitor = await (await browser.newContext({ locale: 'en' })).newPage();
  });
  afterAll(async () => {
    await context?.close();
    await visitor?.context().close();
  });

  it('the shop is connected by copying, and the house says that it hears it', async () => {
    await page.goto(beckon.url);
    if (name === 'Ada') {
      await page.getByRole('heading', { name: 'From here to your first mail: 0 of 5 steps done' }).waitFor();
      await isSound(page);
      await page.getByRole('link', { name: 'Get the snippet' }).click();
    } else {
      await goTo(page, 'Settings');
      await page.getByText('Your shop', { exact: true }).click();
    }
    await page.getByText('Head of every page', { exact: true }).waitFor();
    shop.copied.head = await copied(page, 'Head of every page');
    shop.copied.item = await copied(page, 'Item and cart');
    await isSound(page);

    await visitor.goto(shop.url);
    for (const item of ['Reading lamp', 'Wool rug', 'Stone vase']) {
      const heard = visitor.waitForResponse(/\/ee\/.*interact/);
      await visitor.getByRole('link', { name: item }).click();
      expect((await heard).ok()).toBe(true);
      await visitor.waitForLoadState('networkidle');
      await visitor.goBack();
    }
    await heading(page, 'Your shop speaks to us').waitFor();
  });
  it('items come in by a file', async () => {
    await goTo(page, 'Feeds');
    await page.getByRole('link', { name: 'New feed' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(own('Stock list'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(`**/feeds/${key('Stock list')}`);
    await isSound(page);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Import' }).click(),
    ]);
    await chooser.setFiles({ name: 'stock.csv', mimeType: 'text/csv', buffer: Buffer.from(shop.feed) });
    await heading(page, /6 items/).waitFor();
    await isSound(page);
  });

  it('a sign-up form is made, and put into the shop', async () => {
    await goTo(page, 'Settings');
    await page.getByText('Sign-up forms', { exact: true }).click();
    await page.getByRole('link', { name: 'New form' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(own('Letters'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(`**/sign-ups/${key('Letters')}`);
    shop.copied.form = await copied(page, 'The form');
    await isSound(page);
  });

  it('a criterion of one’s own is made from one of Beckon’s', async () => {
    await goTo(page, 'Recommendations');
    await page.getByRole('link', { name: 'Most viewed', exact: true }).click();
    await page.getByRole('link', { name: 'Copy' }).click();
    await page.getByLabel('Name', { exact: true }).fill(own('What is liked'));
    await page.getByRole('heading', { name: /places/ }).waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(`**/recommendations/${key('What is liked')}`);
    await page.locator('.offer-says').first().waitFor();
    expect((await page.locator('.offer-says > b').allTextContents()).sort()).toContain('Reading lamp');
  });

  it('a mail is written, seen, saved and published', async () => {
    await goTo(page, 'Messages');
    await page.getByRole('link', { name: 'New message' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(own('Welcome'));
    await page.getByLabel('Subject (en)').fill(own('Hello from Hearth,'));
    await page.getByText('1. Text').click();
    await page.getByLabel('Words (en)').first().fill('Good that you are here, {{profile.firstName}}.');
    await page.getByText('3. Button').click();
    await page.getByLabel('Words (en)').nth(1).fill('To the shop');
    await page.frameLocator('iframe[title$="600 wide"]').getByText('Good that you are here, Ada.').waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.waitForURL(`**/messages/${key('Welcome')}`);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click();
    await heading(page, /is sent as it is saved/).waitFor();
  });

  it('a journey is drawn: who comes in, what is asked, what is mailed', async () => {
    await goTo(page, 'Journeys');
    await page.getByRole('button', { name: 'New journey' }).click();
    await page.getByRole('dialog').getByLabel('Name', { exact: true }).fill(own('Welcome'));
    await page.getByRole('dialog').getByRole('button', { name: 'Make it' }).click();
    await page.waitForURL(`**/journeys/${key('Welcome')}?edit=true`);
    await page.locator('.card', { hasText: 'Entry' }).click();
    await page.getByRole('region', { name: 'Entry' }).getByLabel('Event', { exact: true }).fill('consent.given');
    await page.getByRole('button', { name: 'Add after Entry' }).click();
    await page.getByRole('menuitem', { name: 'Action' }).click();
    const action = page.getByRole('region', { name: 'Action' });
    await action.getByLabel('Criterion').click();
    await page.getByRole('option', { name: own('What is liked') }).click();
    await page.locator('.card', { hasText: key('What is liked') }).waitFor();
    await page.getByRole('button', { name: 'Add after Action' }).click();
    await page.getByRole('menuitem', { name: 'Message' }).click();
    await page.getByRole('region', { name: 'Message' }).getByLabel('Mail', { exact: true }).click();
    await page.getByRole('option', { name: own('Welcome') }).click();
    await page.getByRole('button', { name: 'Close Message' }).click();
    await page.getByText('Who is mailed, and when').click();
    await page.getByLabel('Held out').fill('0');
    await heading(page, /nothing is wrong with it/).waitFor();
    await isSound(page);
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByText('As it is saved.').or(page.getByText('The draft says')).first().waitFor();
  });

  it('it is simulated over invented people, then published', async () => {
    await page.getByRole('button', { name: 'Back to what runs' }).click();
    await page.getByRole('link', { name: 'Simulate' }).click();
    await page.getByRole('textbox', { name: 'People' }).fill('10');
    await page.getByRole('textbox', { name: 'Days' }).fill('1');
    await page.getByRole('button', { name: 'Run the simulation' }).click();
    await page.locator('.simulate-shown').getByRole('slider').waitFor({ timeout: 60_000 });
    await isSound(page);
    await page.getByRole('link', { name: 'Back to the journey' }).click();
    await page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Live', { exact: true }).first().waitFor();
  });

  it('a visitor signs up in the shop, and gets the mail when time has passed', async () => {
    const address = `${name.toLowerCase()}@visitor.example`;
    await visitor.goto(shop.url);
    await visitor.getByLabel('E-mail').fill(address);
    await visitor.getByLabel('First name').fill(name);
    await visitor.getByRole('checkbox').check();
    await visitor.getByRole('button').click();
    await visitor.getByRole('status').waitFor();

    await goTo(page, 'Mailbox');
    await page
      .getByRole('link', { name: new RegExp(address) })
      .first()
      .click();
    const asks = await page.frameLocator('main iframe').locator('a[href*="/o/"]').first().getAttribute('href');
    await visitor.goto(asks!);
    await visitor.getByRole('button').click();

    // A day: longer than any quiet hours. Outside of them the mail has left at once.
    await page.getByRole('button', { name: '+1 day' }).click();
    await page.getByText(/^It is now/).waitFor();
    await goTo(page, 'Mailbox');
    await page
      .getByRole('link', { name: new RegExp(own('Hello from Hearth,')) })
      .first()
      .click();
    const mail = page.frameLocator('main iframe');
    await mail.getByText(`Good that you are here, ${name}.`).waitFor();
    await isSound(page);
    const leads = await mail.getByRole('link', { name: 'Reading lamp' }).first().getAttribute('href');
    await visitor.goto(leads!);
    await visitor.getByRole('heading', { name: 'Reading lamp' }).waitFor();
    await visitor.getByRole('button', { name: 'Add to cart' }).click();
  });

  it('the report tells of the mail and of the click', async () => {
    await goTo(page, 'Journeys');
    await page.getByRole('link', { name: own('Welcome') }).click();
    await isSound(page);
    await page.getByRole('link', { name: 'Days, versions, mails side by side, items' }).click();
    await heading(page, '1 mail was planned.').waitFor();
    await isSound(page);
    expect(troubles).toEqual([]);
  });
});
