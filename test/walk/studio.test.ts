import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from '../support/axe.ts';
import { adminKey, Beckon } from '../support/beckon.ts';
import { openBrowser, Shopper } from '../support/shopper.ts';
import { still } from '../support/still.ts';

/** The studio as somebody uses it who connects a shop: what comes in, who is in an audience, being forgotten. */
let beckon: Beckon;
let browser: Browser;
let page: Page;
/** Errors of the studio's own scripts: there should be none. */
const troubles: string[] = [];

beforeAll(async () => {
  [beckon, browser] = await Promise.all([Beckon.start(), openBrowser()]);
  page = await (await browser.newContext({ locale: 'en' })).newPage();
  page.on('pageerror', (error) => troubles.push(String(error)));
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await beckon?.stop();
});

/** Sends what the doors refuse, so it looks at no answer. */
const send = (path: string, body: unknown) =>
  fetch(`${beckon.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${adminKey}` },
    body: JSON.stringify(body),
  });

describe('messages', () => {
  it('are changed by their form, checked while one writes, seen as somebody, saved and compared', async () => {
    await page.goto(`${beckon.url}/messages`);
    await page.getByRole('link', { name: 'Abandoned cart' }).click();
    await page.getByRole('heading', { level: 1, name: 'Abandoned cart is sent as it is saved' }).waitFor();
    const wide = page.frameLocator('iframe[title$="600 wide"]');
    await wide.getByText('Ada, your cart is still here').waitFor();
    expect(await page.locator('.stage iframe').count()).toBe(4);
    expect(await seriousFindings(page)).toEqual([]);

    const order = () => page.locator('.block summary b').allTextContents();
    const rows = page.locator('.block > details > summary');
    await rows.nth(3).dragTo(rows.nth(2));
    await expect.poll(order).toEqual(expect.arrayContaining(['3. Button', '4. Cart lines']));
    await rows.nth(3).dragTo(rows.nth(2));
    await expect.poll(order).toEqual(expect.arrayContaining(['3. Cart lines', '4. Button']));
    await page.getByText('5. Product grid').click();
    await page.getByText('In Abandoned cart it is filled by').last().waitFor();

    await page.getByLabel('Subject (en)').fill('For {{profil.firstName}}');
    await page.getByText('did you mean profile?').first().waitFor();
    expect(await page.getByRole('button', { name: 'Save as draft' }).isDisabled()).toBe(true);
    await page.getByLabel('Subject (en)').fill('Your cart waits');
    await page.getByText('Nothing is wrong with it.').waitFor();
    await page.getByRole('button', { name: 'Save as draft' }).click();
    await page.getByRole('heading', { level: 1, name: /version 1 is sent, what is saved is newer/ }).waitFor();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.locator('.changes ins', { hasText: 'Your cart waits' }).waitFor();

    await page.getByLabel('To', { exact: true }).fill('colleague@walk.example');
    await page.getByRole('button', { name: 'Send version 2' }).click();
    await page.getByText('1 proof is on its way.').waitFor();
    await expect
      .poll(async () => (await beckon.mails('colleague@walk.example')).map(({ subject }) => subject))
      .toEqual(['[Proof] Your cart waits']);
    await page.getByRole('button', { name: 'Say this again' }).click();
    await page.getByRole('heading', { level: 1, name: /version 1 is sent/ }).waitFor();
    expect(troubles).toEqual([]);
  });
});

describe('the page of what comes in', () => {
  it('shows a visitor of the shop by datastream while it happens, and opens what the event says', async () => {
    await page.goto(`${beckon.url}/incoming?source=edge:demo`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const ada = await Shopper.arrive(browser, beckon.url);
    await ada.open('/shop');
    const line = page.getByRole('button', { name: 'web.webpagedetails.pageViews' }).first();
    await line.waitFor();
    await line.focus();
    await page.keyboard.press('Enter');
    const opened = page.locator('.line-detail');
    await opened.getByText('a device speaks for itself').waitFor();
    expect(await opened.textContent()).toContain('/shop');
    expect(ada.troubles).toEqual([]);
  });

  it('says what was refused, and why', async () => {
    await send('/v1/events', [
      { id: 'old', at: '1969-01-01T00:00:00Z', type: 'a.b', identities: { email: 'a@b.example' } },
    ]);
    await send('/ee/v1/interact?configId=nowhere&requestId=1', {});
    await page.goto(`${beckon.url}/incoming?show=refused`);
    await page.getByText('lies before the year 2000').waitFor();
    await page.getByText('There is no datastream "nowhere"').waitFor();
  });

  it('stands still when it is paused, and goes on', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await send('/ee/v1/interact?configId=elsewhere&requestId=2', {});
    await page.getByText(/^Paused/).waitFor();
    expect(await page.getByText('"elsewhere"').count()).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('"elsewhere"').waitFor();
  });
});

describe('an audience', () => {
  it('is made by a rule as text, whose faults are named by line and column, and shown in fields', async () => {
    await page.goto(`${beckon.url}/audiences`);
    await page.getByRole('link', { name: 'New audience' }).click();
    await page.getByRole('textbox', { name: 'Audience' }).fill('Seen lately');
    await page.getByText('Text', { exact: true }).click();
    const rule = page.getByRole('textbox', { name: 'Rule' });
    await rule.fill('profile.visits >= 0\nand dayssince(profile.lastSeenAt) < 60');
    await page.getByRole('button', { name: 'Line 2, column 5' }).waitFor();
    const save = page.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    await rule.fill('profile.visits >= 0\nand daysSince(profile.lastSeenAt) < 60');
    await page.getByRole('heading', { name: /^It would be .*people/ }).waitFor();
    await save.click();
    await page.waitForURL('**/audiences/seen-lately');
    await page.getByRole('heading', { level: 1, name: /people are in this audience/ }).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(2);
    const fields = page.getByLabel('Field', { exact: true });
    await fields.nth(1).waitFor();
    expect([await fields.nth(0).inputValue(), await fields.nth(1).inputValue()]).toEqual([
      'profile.visits',
      'profile.lastSeenAt',
    ]);
    // In fields it is changed, and what it would be follows.
    await page.getByLabel('Value', { exact: true }).nth(1).fill('1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByText('Text', { exact: true }).click();
    expect(await rule.inputValue()).toBe('profile.visits >= 0 and daysSince(profile.lastSeenAt) < 1');
  });
});

describe('recommendations', () => {
  it('show what a criterion would show in a cart, and why each item stands there', async () => {
    await page.goto(`${beckon.url}/recommendations?q=goes+with+the+cart`);
    await page.getByRole('link', { name: 'Cart', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: /^What goes with the cart/ }).waitFor();
    const cart = page.getByLabel('In the cart').first();
    await cart.fill('coat');
    await page.getByRole('option', { name: /coat/i }).first().click();
    await page.waitForURL(/cart=/);
    await page.getByRole('heading', { name: /^6 of 6 places/ }).waitFor();
    const first = page.locator('.offer-row').first();
    await first.click();
    await page.getByRole('heading', { name: 'Why this item' }).waitFor();
    expect(await page.locator('.offer-evidence').textContent()).toMatch(/(\d visit|weight \d).*Place \d+/);
    await page.waitForURL(/open=/);
    await page.reload();
    await page.getByRole('heading', { name: 'Why this item' }).waitFor();
  });

  it('are written with what they would show beside them, saved, and taken away', async () => {
    await page.goto(`${beckon.url}/recommendations/+?from=popular`);
    await page.getByLabel('Name', { exact: true }).fill('Coats that sell');
    await page.getByRole('button', { name: 'One more as text' }).click();
    const rule = page.getByRole('textbox', { name: 'Rule 1' });
    await rule.fill('item.price >> 5');
    await page.getByRole('button', { name: 'Line 1, column 13' }).waitFor();
    await rule.fill('containsIgnoreCase(item.name, "coat")');
    await page.getByText(/^leaves \d+ of \d+ items/).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('**/recommendations/coats-that-sell');
    await page.getByRole('heading', { name: /places/ }).waitFor();
    for (const name of await page.locator('.offer-says > b').allTextContents()) expect(name).toMatch(/coat/i);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.waitForURL('**/recommendations');
    await page.getByRole('link', { name: 'Welcome back' }).waitFor();
    expect(await page.getByText('coats-that-sell').count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('coats-that-sell').waitFor();
  });

  it('choose from a collection that is made of fields, counted before it is saved, and refuses to go while it is used', async () => {
    await page.goto(`${beckon.url}/rules/collections/+`);
    await page.getByLabel('Name', { exact: true }).fill('Only bags');
    await page.getByRole('combobox', { name: 'Attribute of the item' }).fill('categories');
    await page.getByLabel('Values').first().fill('bags');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: /^Leaves \d+ of \d+ items/ }).waitFor();
    await page.getByText('Text', { exact: true }).click();
    const rule = page.getByRole('textbox', { name: 'Rule 1' });
    await rule.waitFor();
    expect(await rule.inputValue()).toBe('anyEqual(item.categories, "bags")');
    await page.getByText('Fields', { exact: true }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('**/rules/collections/only-bags');
    const promotion = { name: 'Bags first', collection: 'only-bags' };
    await beckon.api('PUT', '/v1/promotions/bags-first', promotion);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText(/used by promotion "Bags first"/).waitFor();
    await page.goto(`${beckon.url}/rules/promotions/bags-first`);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('“Bags first” is taken away.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Bags first' }).waitFor();
    expect(await beckon.api('GET', '/v1/promotions/bags-first')).toMatchObject(promotion);
  });
});

describe('what stands beside the criteria', () => {
  it('a list is tried, taken and given back as it was', async () => {
    await page.goto(`${beckon.url}/lists/+`);
    await page.getByLabel('Name', { exact: true }).fill('Hand-picked');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('**/lists/hand-picked');
    const buffer = Buffer.from('key,items\ncoat-1,knit-1,bag-1\nlonely\n');
    await page.locator('input[type=file]').setInputFiles({ name: 'picked.csv', mimeType: 'text/csv', buffer });
    await page.getByText('1 key would have items.').waitFor();
    await page.getByRole('cell', { name: 'lonely', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Take picked.csv' }).click();
    await page.getByRole('heading', { level: 1, name: '1 key has items' }).waitFor();
    const coming = page.waitForEvent('download');
    await page.getByRole('link', { name: /CSV/ }).click();
    expect(readFileSync(await (await coming).path(), 'utf8')).toContain('"coat-1","knit-1","bag-1"');
  });

  it('a design is made from real items while it is written, and what would break is said before it is saved', async () => {
    await page.goto(`${beckon.url}/designs/+`);
    await page.getByLabel('Name', { exact: true }).fill('Names only');
    await page.getByText('Text', { exact: true }).click();
    await page.getByText(/1\. \w+/).waitFor();
    const script = page.getByLabel('Its text');
    await script.fill('{{#each items as |item|}}{{item.nme}}{{/each}}');
    await page.locator('.rule-error').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    await script.fill('{{#each items as |item|}}{{item.name}};{{/each}}');
    await page.getByText('It works with sample items, and shows 4.').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('**/designs/names-only');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('No design yet').waitFor();
  });

  it('an activity of a place is made of criteria, published after what that means, and answers', async () => {
    await page.goto(`${beckon.url}/recommendations?show=activities`);
    await page.getByText('No activity yet').waitFor();
    await page.getByRole('link', { name: 'New activity' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Start page');
    await page.getByLabel('Place', { exact: true }).fill('start-hero');
    await page.getByLabel('See nothing').fill('20');
    const weight = page.getByLabel('Weight').first();
    await weight.fill('3');
    await page.getByRole('button', { name: 'One more' }).first().click();
    await page.getByRole('combobox', { name: 'Criterion' }).nth(1).click();
    await page.getByRole('option', { name: 'Recommended for you' }).click();
    await page.locator('.pairs').getByText('60%').waitFor();
    await page.getByRole('heading', { name: /places filled/ }).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL('**/activities/start-page');
    await page.getByRole('heading', { level: 1, name: 'A draft: “start-hero” does not show it yet' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Publish' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/20% of them see nothing/).waitFor();
    await dialog.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('heading', { level: 1, name: '“start-hero” shows it now' }).waitFor();
    expect(await beckon.api('GET', '/v1/activities/start-page')).toMatchObject({
      state: 'live',
      published: {
        control: 0.2,
        recommend: { criteria: [{ criterion: 'popular', weight: 3 }, { criterion: 'for-you' }] },
      },
    });
    await page.getByRole('button', { name: 'Make a token' }).click();
    await page.getByText(/^Holds until/).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('heading', { level: 1, name: /^Paused/ }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: '“start-hero” shows it now' }).waitFor();
  });

  it('backtests run with a choice of criteria and days, and stand side by side', async () => {
    await page.goto(`${beckon.url}/recommendations?show=backtests`);
    await page.getByLabel('Newest days').fill('2');
    await page.getByRole('button', { name: 'Run a backtest' }).click();
    await page.getByRole('heading', { name: /among its first ten|stands first/ }).waitFor({ timeout: 60_000 });
    await page.locator('.backtest-start').getByLabel('Criteria').first().click();
    await page.getByRole('option', { name: 'Most viewed' }).first().click();
    await page.getByRole('option', { name: 'Coats that sell' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Run a backtest' }).click();
    const second = page.getByRole('checkbox').nth(1);
    await second.waitFor();
    await expect
      .poll(() => page.locator('input[type=checkbox]:enabled').count(), { timeout: 60_000 })
      .toBeGreaterThan(1);
    await second.check();
    await page.getByRole('heading', { name: '2 runs on one axis' }).waitFor();
    await page.getByRole('cell', { name: 'Coats that sell', exact: true }).first().waitFor();
    await page.waitForURL(/run=[\w-]+%2C[\w-]+/);
  });

  it('no page of it has a serious finding for those who hear it read', async () => {
    for (const path of [
      '/recommendations?show=rules',
      '/recommendations?show=backtests',
      '/rules/collections/only-bags',
      '/rules/promotions/+',
      '/recommendations/+',
      '/designs/+',
      '/offers/+',
      '/lists/hand-picked',
      '/catalogue',
      '/catalogue/coat-1',
    ]) {
      await page.goto(`${beckon.url}${path}`, { waitUntil: 'networkidle' });
      expect(await seriousFindings(page), path).toEqual([]);
    }
  });
});

describe('a journey', () => {
  it('is made like another one, changed on the canvas, and saved as a draft', async () => {
    await page.goto(`${beckon.url}/journeys`);
    await page.getByRole('button', { name: 'New journey' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Coats left behind');
    await dialog.getByRole('combobox', { name: 'Begin like' }).click();
    await page.getByRole('option', { name: 'Abandoned cart' }).click();
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.waitForURL('**/journeys/coats-left-behind?edit=true');
    await page.getByRole('heading', { level: 1, name: /nothing is wrong with it/ }).waitFor();

    await page.getByRole('button', { name: 'Add after Wait' }).click();
    await page.getByRole('menuitem', { name: 'Listen' }).click();
    const form = page.getByRole('region', { name: 'Listen' });
    const event = form.getByLabel('Event', { exact: true });
    await event.fill('visit.ended');
    await form.getByLabel('Only if').fill('event.views >');
    await page.getByRole('heading', { level: 1, name: /1 thing is to be mended/ }).waitFor();
    const save = page.getByRole('button', { name: 'Save as draft' });
    expect(await save.isDisabled()).toBe(true);
    await form.getByLabel('Only if').fill('');
    await form.getByRole('textbox', { name: 'At most' }).fill('3');

    await page.getByRole('button', { name: 'Show all' }).click();
    await page.locator('.card', { hasText: 'Ask for the cart' }).click();
    const action = page.getByRole('region', { name: 'Action' });
    await action.getByLabel('A least number of items').check();
    await action.getByLabel('Items at least').fill('2');
    await action.getByText(/^More/).click();
    await action.getByRole('textbox', { name: 'The first' }).fill('5');
    await action.getByRole('combobox', { name: 'Unit of “The first”' }).click();
    await page.getByRole('option', { name: 'seconds' }).click();
    await action.getByLabel('Many people in one call').check();
    await page.getByText('To be mended before it can be saved').waitFor();
    await action.getByLabel('Many people in one call').uncheck();
    await page.getByRole('button', { name: 'Close Action' }).click();
    await page.getByText('Who comes in, and how often').click();
    await page.getByLabel('Priority').fill('70');
    await page.getByLabel('Runs a person').check();
    await page.getByText('Who is told of troubles').click();
    await page.getByRole('combobox', { name: 'Mail addresses' }).fill('ada@shop.example');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /nothing is wrong with it/ }).waitFor();
    await save.click();
    await page.getByRole('button', { name: 'Publish' }).waitFor();
    const { definition } = await beckon.api<{ definition: Record<string, never> }>(
      'GET',
      '/v1/journeys/coats-left-behind',
    );
    expect(definition).toMatchObject({
      name: 'Coats left behind',
      priority: 70,
      caps: { perPerson: { max: 1 } },
      alerts: { to: ['ada@shop.example'] },
      activities: {
        wait: { next: 'listen' },
        listen: { events: [{ event: 'visit.ended', next: 'reachable' }], timeout: 'P3D', otherwise: 'reachable' },
        recommend: { enough: { least: 2, otherwise: 'send' }, backOff: { first: 'PT5S' } },
      },
    });
  });

  it('takes an activity out with what only it led to, and brings it back', async () => {
    await page.locator('.card', { hasText: 'May we write?' }).click();
    await page.getByRole('button', { name: 'Take it out' }).click();
    await page.getByText('“May we write?” is taken out, and 1 that only it led to').waitFor();
    expect(await page.getByText('No address or no consent').count()).toBe(0);
    await page.getByRole('status').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('No address or no consent').first().waitFor();
    expect(await page.getByRole('button', { name: 'Save as draft' }).isDisabled()).toBe(true);
  });

  it('is drawn by hand: a card is dragged into another line, a line to another card, and a copy is pasted', async () => {
    await page.goto(`${beckon.url}/journeys/coats-left-behind?edit=true`);
    const json = async () =>
      JSON.parse(await page.getByRole('textbox', { name: 'The journey as it is written' }).inputValue()) as Written;
    type Written = { start: string; activities: Record<string, Record<string, unknown>> };
    await page.getByText('JSON', { exact: true }).click();
    const before = await json();
    const { definition } = await beckon.api<{ definition: Written }>('GET', '/v1/journeys/coats-left-behind');
    expect(before, 'what is drawn is what is written').toEqual(definition);

    await page.getByRole('button', { name: 'Show all', exact: true }).click();
    const end = page.locator('.card', { hasText: 'No address or no consent' });
    const wait = page.locator('.card', { hasText: 'Wait 4 hours' });
    await expect.poll(async () => (await end.boundingBox())!.y).toBeLessThan(900);
    const middle = async (of: ReturnType<typeof page.locator>) => {
      const { x, y, width, height } = (await of.boundingBox())!;
      return { x: x + width / 2, y: y + height / 2 };
    };
    const drag = async (from: { x: number; y: number }, to: { x: number; y: number }) => {
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
      await page.mouse.move(to.x, to.y, { steps: 4 });
      await page.mouse.up();
    };
    // The wait goes below the question what to show, then back by one step.
    await still(wait, end);
    await drag(
      await middle(wait),
      await middle(page.getByRole('button', { name: /^Add after Ask for the cart/ }).first()),
    );
    await expect.poll(async () => (await json()).start).toBe('listen');
    expect((await json()).activities['recommend']!['next']).toBe('wait');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(json).toEqual(before);

    // A line is drawn from the foot of a card to another one.
    await still(wait, end);
    const foot = wait.locator('xpath=..').locator('.handle-open');
    const head = page.locator('.card', { hasText: 'Ask for the cart' });
    const { x, y } = (await head.boundingBox())!;
    await drag(await middle(foot), { x: x + (await head.boundingBox())!.width / 2, y });
    await expect.poll(async () => (await json()).activities['wait']!['next']).toBe('recommend');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await expect.poll(json).toEqual(before);

    await page.getByText('Form', { exact: true }).click();
    await wait.click();
    await page.getByText(/^More/).click();
    await page.getByLabel('Comment').fill('Four hours did better than one.');
    await page.locator('.card-note', { hasText: 'Four hours did better' }).waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Add after Wait', exact: true }).click();
    await page.getByRole('menuitem', { name: /^Paste/ }).click();
    await expect.poll(() => page.locator('.card', { hasText: 'Wait 4 hours' }).count()).toBe(2);
    await page.getByRole('heading', { level: 1, name: /nothing is wrong with it/ }).waitFor();
    await page.locator('.card', { hasText: 'Entry' }).click();
    const condition = page.getByRole('textbox', { name: 'Only if' });
    await condition.fill('count() > 0');
    await condition.press('Home');
    for (let step = 0; step < 6; step += 1) await condition.press('ArrowRight');
    await page.getByRole('button', { name: 'Insert a field' }).first().click();
    await page.getByRole('textbox', { name: 'Find a field' }).fill('cart');
    await page.getByRole('menuitem', { name: /^profile\.cart/ }).click();
    await expect.poll(() => condition.inputValue()).toBe('count(profile.cart) > 0');
    expect(troubles).toEqual([]);
  });

  it('has no form with a serious finding for those who hear it read', async () => {
    for (const activity of ['', 'entry', 'wait', 'listen', 'reachable', 'recommend', 'mail', 'done']) {
      await page.goto(`${beckon.url}/journeys/coats-left-behind?edit=true&activity=${activity}`, {
        waitUntil: 'networkidle',
      });
      await page.locator('.journey-aside .form-fields').first().waitFor();
      expect(await seriousFindings(page), activity).toEqual([]);
    }
  });
});

describe('the catalogue', () => {
  it('is searched, and an item says what goes with it and which collections it is in', async () => {
    await page.goto(`${beckon.url}/catalogue`);
    await page.getByRole('heading', { level: 1, name: /^\d+ items are sold/ }).waitFor();
    await page.getByPlaceholder('Part of a name').fill('tote');
    await page.waitForURL(/q=tote/);
    await page.getByRole('heading', { level: 1, name: /^\d+ of \d+ items/ }).waitFor();
    await page.getByRole('link', { name: /tote/i }).first().click();
    await page.getByRole('heading', { name: 'Seen and sold' }).waitFor();
    await page.getByRole('link', { name: 'Only bags' }).waitFor();
    await page.getByRole('heading', { name: 'Goes with' }).waitFor();
    expect(await page.locator('.hit-tile').count()).toBeGreaterThan(3);
  });
});

describe('a simulation', () => {
  it('runs over invented people, and tells of everybody where they went, what they did and which mail they got', async () => {
    await page.goto(`${beckon.url}/journeys/abandoned-cart/simulate`);
    await page.getByText('No simulation yet').waitFor();
    expect(await seriousFindings(page), 'before one').toEqual([]);
    await page.getByLabel('People', { exact: true }).fill('150');
    await page.getByLabel('Days', { exact: true }).fill('8');
    await page.getByRole('button', { name: 'Run the simulation' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByRole('heading', { name: /came in, and \d+ mails would have left/ }).waitFor({ timeout: 90_000 });
    await page.getByText(/of 150 invented people/).waitFor();
    await page.getByRole('slider', { name: 'Moment' }).focus();
    await page.keyboard.press('Home');
    await page.getByText(/ · 0 mails sent/).waitFor();
    await page.locator('.react-flow__node').filter({ hasText: 'Mail' }).first().click();
    await page.getByRole('button', { name: /^Came to/ }).waitFor();
    const people = page.locator('.simulate-name');
    await people.first().click();
    await page.waitForURL(/who=\d+/);
    const path = page.locator('.simulate-path');
    await path
      .getByText(/^Puts .+ in the cart/)
      .first()
      .waitFor();
    await path
      .getByText(/^Ended: /)
      .first()
      .waitFor();
    await page.frameLocator('.mail-frame').getByRole('link').first().waitFor();
    expect(await seriousFindings(page), 'with a person').toEqual([]);
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as a story' }).click();
    const [story] = JSON.parse(readFileSync(await (await coming).path(), 'utf8')) as [{ expect: object }];
    expect(story).toMatchObject({ journeys: ['abandoned-cart'], expect: { person: { mails: [expect.anything()] } } });
  }, 180_000);

  it('is cancelled while it runs, and says that nothing was kept', async () => {
    await page.getByLabel('People', { exact: true }).fill('3000');
    await page.getByRole('button', { name: 'Run the simulation' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    await page.getByText('Nothing was kept of it.').waitFor();
    await page.getByRole('combobox', { name: 'Earlier simulations' }).waitFor();
  });
});

describe('alerts', () => {
  it('go to whom the shop names, and what cannot be reached is said at its field', async () => {
    await page.goto(`${beckon.url}/settings`);
    await page.getByRole('heading', { level: 1, name: 'Nothing is wrong now' }).waitFor();
    const mails = page.getByRole('combobox', { name: 'Mail addresses' });
    await mails.fill('nobody');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('"nobody" is no mail address').waitFor();
    await page.keyboard.press('Tab');
    await mails.focus();
    await page.keyboard.press('Backspace');
    await mails.fill('owner@shop.example');
    await page.keyboard.press('Enter');
    await page.getByLabel('Feeds that need a hand').uncheck();
    await page.getByLabel('Webhook').fill('https://hooks.shop.example/beckon');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByText('Told: owner@shop.example, the webhook.').waitFor();
    expect(await beckon.api('GET', '/v1/alerts/settings')).toEqual({
      mails: ['owner@shop.example'],
      webhook: 'https://hooks.shop.example/beckon',
      off: ['feed'],
    });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByLabel('Webhook').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Told: owner@shop.example.').waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('Everybody who is told was told that this is a test.').waitFor();
  });
});

describe('a person', () => {
  it('is erased only after the address was typed, and the certificate tells of every room', async () => {
    const identities = { email: 'gone@walk.example' };
    await beckon.api('POST', '/v1/profiles', { identities, consent: { 'email-marketing': 'in' } });
    const { id } = await beckon.api<{ id: string }>('GET', '/v1/profiles/email:gone@walk.example');
    await page.goto(`${beckon.url}/people/${id}`);
    await page.getByText('1 statement with its proof').click();
    await page.getByRole('button', { name: 'Erase' }).click();
    const dialog = page.getByRole('dialog');
    const erase = dialog.getByRole('button', { name: 'Erase' });
    expect(await erase.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill('gone@walk.example');
    await erase.click();
    await page.getByText('Every room has forgotten this person.').waitFor();
    await expect(beckon.api('GET', '/v1/profiles/email:gone@walk.example')).rejects.toThrow('404');
    expect(troubles).toEqual([]);
  });
});
