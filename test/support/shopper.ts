import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

/** Chromium with nothing of its own going out (edge-protocol §1.2). */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['BECKON_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

/** Somebody in front of the demo shop, with a browser of her own; everything goes through the real Web SDK. */
export class Shopper {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #url: string;
  /** Answers of the edge that were not 2xx: there should be none. */
  readonly troubles: string[] = [];

  private constructor(parts: { page: Page; context: BrowserContext; url: string }) {
    this.page = parts.page;
    this.#context = parts.context;
    this.#url = parts.url;
    this.page.on('response', (response) => {
      if (response.url().includes('/ee/') && response.status() >= 400)
        this.troubles.push(`${response.status()} ${response.url()}`);
    });
    this.page.on('pageerror', (error) => this.troubles.push(String(error)));
  }

  static async arrive(browser: Browser, url: string): Promise<Shopper> {
    const context = await browser.newContext();
    return new Shopper({ page: await context.newPage(), context, url });
  }

  /** Opens a page of the shop, allows collecting if asked, and waits until the SDK's last event of it is answered. */
  async open(path: string): Promise<void> {
    await this.#told(async () => {
      await this.page.goto(path.startsWith('http') ? path : `${this.#url}${path}`);
      const allow = this.page.locator('#beckon-banner [data-answer=in]');
      if (await allow.isVisible()) await allow.click();
    });
  }

  async signIn(email: string, firstName: string): Promise<void> {
    await this.open('/shop/account');
    const form = this.page.locator('#sign-in');
    await form.getByLabel('E-mail').fill(email);
    await form.getByLabel('First name').fill(firstName);
    await form.getByLabel(/You may send me mail/).check();
    await form.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByText(`Signed in as ${email}`).first().waitFor();
  }

  async signUp(email: string): Promise<void> {
    await this.open('/shop');
    const form = this.page.locator('#newsletter');
    await form.getByRole('textbox').fill(email);
    await form.getByRole('checkbox').check();
    await form.getByRole('button').click();
    await this.page.getByText(`Letters will come to ${email}`).first().waitFor();
  }

  async look(item: string): Promise<void> {
    await this.open(`/shop/p/${item}`);
  }

  async put(item: string, quantity = 1): Promise<void> {
    await this.look(item);
    // Most pieces are of the middle size.
    const size = this.page.locator('.sizes input[value=M]');
    if ((await size.count()) > 0) await size.check();
    await this.page.getByLabel('Quantity').selectOption(String(quantity));
    await this.#told(() => this.page.getByRole('button', { name: 'Add to cart' }).click());
    await this.page
      .getByText(/Put into the cart/)
      .first()
      .waitFor();
  }

  async emptyCart(): Promise<void> {
    await this.open('/shop/cart');
    const remove = this.page.getByRole('button', { name: /^Remove/ });
    while ((await remove.count()) > 0) await this.#told(() => remove.first().click());
    await this.page.getByText('Nothing in it yet').waitFor();
  }

  /** Buys what is in the cart. @returns the order's id */
  async buy(email: string): Promise<string> {
    await this.open('/shop/cart');
    await this.chooseSizes();
    await this.open('/shop/checkout');
    const form = this.page.locator('#order');
    await form.getByLabel('E-mail').fill(email);
    for (const field of ['Name', 'Street and number', 'Postcode', 'City']) await form.getByLabel(field).fill('1');
    await this.#told(() => this.page.getByRole('button', { name: 'Place the order' }).click());
    await this.page.getByRole('heading', { name: 'Thank you' }).waitFor();
    return this.page.locator('code').first().innerText();
  }

  /** In an open cart: says a size where a link of a mail brought something back that has several. */
  async chooseSizes(): Promise<void> {
    const missing = this.page.locator('[data-choose]');
    while ((await missing.count()) > 0) await missing.first().selectOption({ index: 1 });
  }

  /** What the page shows in the cart: item name → quantity. */
  async cart(): Promise<{ href: string; quantity: number }[]> {
    return this.page.locator('.lines li').evaluateAll((lines) =>
      lines.map((line) => ({
        href: line.querySelector('a')?.getAttribute('href') ?? '',
        quantity: Number(line.querySelector('b')?.textContent ?? 0),
      })),
    );
  }

  /** The identity the SDK holds. */
  async ecid(): Promise<string> {
    return this.page.evaluate(async () => {
      const sdk = (globalThis as unknown as { alloy(command: string): Promise<{ identity: { ECID: string } }> }).alloy;
      return (await sdk('getIdentity')).identity.ECID;
    });
  }

  async leave(): Promise<void> {
    await this.#context.close();
  }

  /** Does something and waits until the requests it made to the edge have been answered. */
  async #told(work: () => Promise<unknown>): Promise<void> {
    const answered = this.page.waitForResponse((response) => /\/ee\/.*(interact|collect)/.test(response.url()), {
      timeout: 15_000,
    });
    await work();
    await answered;
    await this.page.waitForLoadState('networkidle');
  }
}
