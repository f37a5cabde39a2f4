import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Beckon } from '../support/beckon.ts';
import { openBrowser } from '../support/shopper.ts';

/** Every page of the studio as the demo fills it: for those who hear it read, for a phone, and for a slow line. */
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

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds on a page that keeps somebody out, as `rule: element`. */
async function seriousFindings(on: Page): Promise<string[]> {
  await on.evaluate(axe);
  return on.evaluate(async () => {
    type Violation = { id: string; impact: string; nodes: { target: string[] }[] };
    const { axe } = globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } };
    const { violations } = await axe.run();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return serious.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });
}

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
