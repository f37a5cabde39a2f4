import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from './build.mjs';
import { root } from './run.mjs';

/**
 * `node tool/screenshots.mjs` takes the pictures of docs/picture from the running program: it builds, starts the demo on
 * an empty data folder, leaves a cart as Ada, lets a day pass, and opens each page. The pictures are kept in the
 * repository, so that pages read on a code host have them and a build needs no browser; as WebP of 1280 by 800 all of
 * them together are smaller than one photograph. Take them anew when a page of the studio has changed its look.
 */
const key = 'screenshots-0123456789abcdef';
const size = { width: 1280, height: 800 };

/** What is taken, and how one comes there. */
const pictures = [
  { name: 'home', path: '/' },
  { name: 'journey', path: '/journeys/abandoned-cart' },
  { name: 'report', path: '/journeys/abandoned-cart/report' },
  { name: 'message', path: '/messages/abandoned-cart' },
  { name: 'mail', path: '/mailbox', open: (page) => page.locator('main a[href^="/mailbox/"]').first().click() },
  { name: 'recommendations', path: '/recommendations/cart-based' },
  { name: 'person', path: '/people?find=ada@example.com', open: openPerson },
  { name: 'audiences', path: '/audiences' },
  { name: 'catalogue', path: '/catalogue' },
  { name: 'ledger', path: '/ledger' },
  { name: 'incoming', path: '/incoming' },
  { name: 'shop', path: '/shop/p/coat-2' },
];

async function openPerson(page, { url }) {
  const answer = await fetch(`${url}/v1/profiles/email:ada@example.com`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await page.goto(`${url}/people/${(await answer.json()).id}`);
}

async function takeAll() {
  if (!(await build())) return 1;
  const beckon = await start();
  const browser = await chromium.launch({
    executablePath: process.env.BECKON_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await (await browser.newContext({ viewport: size, locale: 'en-GB', colorScheme: 'light' })).newPage();
    await leaveCart(page, beckon);
    mkdirSync(join(root, 'docs/picture'), { recursive: true });
    for (const picture of pictures) {
      const bytes = await take(page, beckon, picture);
      writeFileSync(join(root, 'docs/picture', `${picture.name}.webp`), bytes);
      console.log(`${picture.name} … ${Math.round(bytes.length / 1024)} kB`);
    }
    return 0;
  } finally {
    await browser.close();
    beckon.stop();
  }
}

/** Ada fills a cart and goes; a day later her mail lies in the mailbox. */
async function leaveCart(page, { url }) {
  await page.goto(`${url}/shop/account`, { waitUntil: 'networkidle' });
  await page.locator('#beckon-banner [data-answer=in]').click();
  await page.getByRole('button', { name: /^Ada/ }).click();
  await page.getByText('Signed in as').first().waitFor();
  for (const item of ['coat-2', 'coat-6', 'sweat-2']) {
    await page.goto(`${url}/shop/p/${item}`, { waitUntil: 'networkidle' });
    await page.locator('.sizes input[value=M]').check();
    await page.getByRole('button', { name: 'Add to cart' }).click();
    await page.waitForLoadState('networkidle');
  }
  await fetch(`${url}/v1/clock/advance`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'P1D' }),
  });
}

async function take(page, beckon, { path, open }) {
  await page.goto(beckon.url + path);
  await open?.(page, beckon);
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
  await page.waitForLoadState('networkidle', { timeout: 5000 }).catch(() => {});
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 60 });
  await session.detach();
  return Buffer.from(data, 'base64');
}

/** The built program with the demo on an empty data folder, as a newcomer sees it. */
async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-pictures-'));
  chmodSync(folder, 0o711);
  const port = await freePort();
  const child = spawn(process.execPath, ['dist/src/main.js', 'serve', '--data', folder, '--port', String(port)], {
    cwd: root,
    env: { ...process.env, BECKON_ADMIN_KEY: key },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => String(text).includes('Control-C stops it') && resolve());
    child.once('exit', (code) => reject(new Error(`Beckon ended with ${code}`)));
  });
  const stop = () => {
    child.once('exit', () => existsSync(folder) && rmSync(folder, { recursive: true, force: true }));
    child.removeAllListeners('error');
    child.kill('SIGTERM');
  };
  return { url: `http://localhost:${port}`, stop };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

process.exitCode = await takeAll();
