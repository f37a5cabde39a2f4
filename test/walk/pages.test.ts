import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from '../support/axe.ts';
import { adminKey, Beckon } from '../support/beckon.ts';
import { pagesWithCalls, runCalls } from '../support/examples.ts';
import { openBrowser, Shopper } from '../support/shopper.ts';

/** Every page of studio, shop and docs as the demo fills it: for those who hear it read, for a phone, and for a slow line. */
let beckon: Beckon;
let browser: Browser;
/** Errors of the studio's own scripts: there should be none. */
const troubles: string[] = [];

beforeAll(async () => {
  [beckon, browser] = await Promise.all([Beckon.start(), openBrowser()]);
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await beckon?.stop();
});

const paths = [
  '/',
  '/journeys',
  '/journeys/abandoned-cart',
  '/journeys/abandoned-cart/versions',
  '/messages',
  '/messages/abandoned-cart',
  '/ledger',
  '/ledger?state=in_doubt',
  '/stuck',
  '/recommendations',
  '/recommendations/popular',
  '/people',
  '/audiences',
  '/catalogue',
  '/feeds',
  '/incoming',
  '/mailbox',
  '/reports',
  '/settings',
  '/settings?show=team',
  '/settings?show=audit',
  '/account',
];

/** Pages that draw themselves without the studio's frame. */
const otherPaths = [
  '/shop',
  '/shop/c/winter-coats?colour=navy&sort=dear',
  '/shop/p/coat-1',
  '/shop/p/coat-14',
  '/shop/search?q=wool',
  '/shop/search?q=xyzzy',
  '/shop/cart?items=coat-2:1,lamp-2:1',
  '/shop/checkout',
  '/shop/account',
  '/shop/privacy',
  '/shop/blog/caring-for-wool',
  '/docs/',
  '/docs/guide/people',
  '/docs/error/API_BUSY',
  '/docs/api',
  '/docs/api/journeys',
];

async function watched(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => troubles.push(`${page.url()}: ${String(error)}`));
  return page;
}

async function opened(context: BrowserContext, path: string): Promise<Page> {
  const page = context.pages()[0] ?? (await watched(context));
  await page.goto(`${beckon.url}${path}`);
  // The studio's own frame: a page of Beckon that says there is no such page has a heading too.
  await page.locator('.rail').waitFor();
  await page.locator('h1').first().waitFor();
  await expect.poll(() => page.locator('.mantine-Skeleton-root').count(), { timeout: 20_000 }).toBe(0);
  return page;
}

describe.each([
  { locale: 'en', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { locale: 'de', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
] as const)('in $locale, $colorScheme, $viewport.width wide', (how) => {
  let context: BrowserContext;
  beforeAll(async () => {
    context = await browser.newContext(how);
  });
  afterAll(async () => context?.close());

  it.each(paths)('%s has no serious finding, and nothing hangs over its edge', async (path) => {
    const page = await opened(context, path);
    expect(await seriousFindings(page)).toEqual([]);
    const over = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
    expect(over).toBeLessThanOrEqual(0);
    expect(troubles).toEqual([]);
  });

  it.each(otherPaths)('%s neither', async (path) => {
    const page = context.pages()[0] ?? (await watched(context));
    await page.goto(`${beckon.url}${path}`, { waitUntil: 'networkidle' });
    await page.locator('h1').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    const over = await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
    expect(over).toBeLessThanOrEqual(0);
    expect(troubles).toEqual([]);
  });
});

/** Opens a page until its place is filled: an edge that is short of time keeps the event, and answers without decisions. */
async function untilShown(page: Page, place: string, open: () => Promise<void>): Promise<void> {
  const cards = page.locator(`[data-place=${place}] .card`);
  const look = async () => {
    await open();
    await cards.nth(3).waitFor({ timeout: 5000 });
    return cards.count();
  };
  await expect.poll(() => look().catch(() => 0), { timeout: 60_000 }).toBe(4);
}

describe('the shop', () => {
  it('asks Beckon what to show in its pages, and tells what was shown and which item was followed', async () => {
    const ada = await Shopper.arrive(browser, beckon.url);
    const told: string[] = [];
    ada.page.on('request', (request) => told.push(request.postData() ?? ''));
    for (const [path, place] of [
      ['/shop', 'home-recs'],
      ['/shop/c/lamps', 'category-recs'],
      ['/shop/p/lamp-2', 'product-recs'],
    ]) {
      await untilShown(ada.page, place!, () => ada.open(path!));
    }
    const card = ada.page.locator('[data-place=product-recs] .card a').first();
    const item = await card.getAttribute('data-item');
    await card.click();
    await ada.page.waitForURL(`**/shop/p/${item}`);
    await ada.page.waitForLoadState('networkidle');
    const notices = (what: string) => told.filter((body) => body.includes(`"decisioning.proposition${what}"`));
    // One for each of the three places above; the page that the click opened may have had its own by now.
    await expect.poll(() => notices('Display').length).toBeGreaterThanOrEqual(3);
    expect(notices('Interact')).toHaveLength(1);
    expect(notices('Interact')[0]).toContain(`"label":"${item}"`);
    expect(ada.troubles).toEqual([]);
    const lines = async () => (await beckon.entries(`ECID:${await ada.ecid()}`)).map(({ text }) => text).join('\n');
    await expect.poll(lines).toMatch(/Clicked .+, place 1 of the recommendations/);
    expect(await lines()).toContain('Was shown recommendations');
    await ada.leave();
  });

  it('sends nothing before the banner is answered, and keeps nothing after a no', async () => {
    const context = await browser.newContext({ locale: 'sv' });
    const page = await watched(context);
    const sent: string[] = [];
    page.on(
      'request',
      (request) => void (request.url().includes('/ee/') && sent.push(new URL(request.url()).pathname)),
    );
    await page.goto(`${beckon.url}/shop/p/watch-1`, { waitUntil: 'networkidle' });
    expect(sent).toEqual([]);
    await page.getByRole('button', { name: 'Avböj' }).click();
    await page.locator('#beckon-banner').waitFor({ state: 'detached' });
    await page.goto(`${beckon.url}/shop/privacy`, { waitUntil: 'networkidle' });
    await page.getByText('Insamlingen är av').waitFor();
    expect(sent.filter((path) => !path.endsWith('/set-consent'))).toEqual([]);
    await context.close();
  });

  it('is searched, narrowed and bought from in German, and the account lists the order', async () => {
    const context = await browser.newContext({ locale: 'de-DE' });
    const page = await watched(context);
    await page.goto(`${beckon.url}/shop`);
    await page.getByRole('button', { name: 'Erlauben' }).click();
    await page.goto(`${beckon.url}/shop/account`);
    await page.getByRole('button', { name: /^Jonas/ }).click();
    await page.getByText('Noch keine Bestellungen').waitFor();
    await page.getByRole('combobox', { name: 'Im Shop suchen' }).fill('wollmatnel');
    await page.keyboard.press('Enter');
    await page.getByText('Das kommt dem nahe').waitFor();
    await page.getByRole('checkbox', { name: 'marineblau' }).check();
    await page.waitForURL(/colour=navy/);
    const card = page.locator('#shelf .card a');
    expect(await card.count()).toBe(1);
    await card.click();
    await page.getByRole('button', { name: 'In den Warenkorb' }).click();
    await page.getByText('Wählen Sie zuerst eine Größe').waitFor();
    await page.getByRole('radio', { name: 'M', exact: true }).check();
    await page.getByRole('button', { name: 'In den Warenkorb' }).click();
    await page.getByRole('link', { name: 'Zum Warenkorb' }).click();
    await untilShown(page, 'cart-recs', async () => void (await page.goto(`${beckon.url}/shop/cart`)));
    await page.getByRole('link', { name: 'Zur Kasse' }).click();
    for (const label of ['Name', 'Straße und Hausnummer', 'Postleitzahl', 'Ort'])
      await page.getByLabel(label).fill('1');
    await page.getByRole('button', { name: 'Bestellen' }).click();
    const number = await page.locator('code').innerText();
    await page.getByRole('link', { name: 'Ihre Bestellungen' }).click();
    await page.locator('.orders').getByText(number).waitFor();
    expect(await page.locator('.orders').innerText()).toContain('Quayside Wollmantel, marineblau');
    expect(troubles).toEqual([]);
    await context.close();
  });
});

describe('the documentation', () => {
  it('is searched by words, with the arrow keys to what was found, and keeps the look that was chosen', async () => {
    const page = await watched(await browser.newContext({ colorScheme: 'light' }));
    await page.goto(`${beckon.url}/docs/guide/quick-start`);
    await page.keyboard.press('/');
    await page.keyboard.type('suppression list');
    await page.locator('#found a').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/guide/hearing-back.html#the-suppression-list');
    await page.getByRole('button', { name: 'Light or dark' }).click();
    await page.goto(`${beckon.url}/docs/`);
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(troubles).toEqual([]);
    await page.context().close();
  });
});

describe('the first load of the studio', () => {
  it('is under 400 kB with gzip: scripts, styles and fonts of the first page', async () => {
    const page = await (await browser.newContext({ locale: 'en' })).newPage();
    const loaded: Promise<number>[] = [];
    page.on('response', (answer) => {
      const { pathname } = new URL(answer.url());
      if (answer.ok() && !pathname.startsWith('/v1')) loaded.push(answer.body().then((body) => gzipSync(body).length));
    });
    await page.goto(beckon.url, { waitUntil: 'networkidle' }).catch(() => {});
    await page.locator('h1').first().waitFor();
    const bytes = (await Promise.all(loaded)).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(400_000);
  });

  it('shows its first content within a second, the best of five visits with an empty cache', async () => {
    const paints: number[] = [];
    for (let visit = 0; visit < 5; visit += 1) {
      const context = await browser.newContext({ locale: 'en' });
      const page = await context.newPage();
      await page.goto(beckon.url);
      await page.locator('h1').first().waitFor();
      const [at] = await page.evaluate(() =>
        performance.getEntriesByName('first-contentful-paint').map(({ startTime }) => startTime),
      );
      if (at !== undefined) paints.push(at);
      await context.close();
    }
    expect(Math.min(...paints)).toBeLessThan(1_000);
  });

  it('finds pages that stand in no rail by typing', async () => {
    const page = await (await browser.newContext({ locale: 'en' })).newPage();
    await page.goto(beckon.url);
    await page.locator('h1').first().waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('needs a hand');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/stuck');
    await page.getByRole('heading', { level: 1, name: /No run needs a hand|need a hand/ }).waitFor();
  });
});

/** Last, because they change what they please. */
describe('the calls that the documentation shows', () => {
  // As in a shop of one's own, which has it from the start.
  beforeAll(() => beckon.api('PUT', '/v1/datastreams/default', { name: 'Default' }));

  it.each(pagesWithCalls())('of %s are answered with success', async (path) => {
    expect(await runCalls(path, { url: beckon.url, key: adminKey })).toBe('');
  });
});
