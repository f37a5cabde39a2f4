import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { Front } from './front.ts';

/** Where a page of the test shop stands, and how its SDK reaches Beckon. */
export interface Stage {
  name: string;
  /** Address of a page; the shim's address is in it where it is needed. */
  page(host?: 'own' | 'other', more?: Record<string, string>): string;
  edgeDomain(host?: 'own' | 'other'): string;
}

/** First-party https by host mapping, and plain http on loopback by the shim (edge-protocol §1.1, B8 and A). */
export function stagesOf(front: () => Front): Stage[] {
  const address = (base: string, more: Record<string, string>) => `${base}/page.html?${new URLSearchParams(more)}`;
  const loopback = (host: string) => `http://${host}:${front().httpPort}`;
  return [
    {
      name: 'first-party https',
      page: (host = 'own', more = {}) => address(host === 'own' ? 'https://shop.test' : 'https://other.test', more),
      edgeDomain: (host = 'own') => (host === 'own' ? 'edge.shop.test' : 'edge.other.test'),
    },
    {
      name: 'the localhost shim',
      page: (host = 'own', more = {}) => {
        const base = loopback(host === 'own' ? 'localhost' : '127.0.0.1');
        return address(base, { shim: base, ...more });
      },
      edgeDomain: (host = 'own') => (host === 'own' ? 'localhost' : '127.0.0.1'),
    },
  ];
}

/** Chromium that finds the test hosts at the front and nothing else in the world (edge-protocol §1.2). */
export function openMappedBrowser(front: Front): Promise<Browser> {
  const hosts = ['shop.test', 'edge.shop.test', 'other.test', 'edge.other.test', 'evil.test'];
  const rules = hosts.flatMap((host) => [
    `MAP ${host}:443 127.0.0.1:${front.httpsPort}`,
    `MAP ${host}:80 127.0.0.1:${front.httpPort}`,
  ]);
  const found = rules.join(', ');
  return openBrowser([
    '--ignore-certificate-errors',
    `--host-resolver-rules=${found}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost`,
  ]);
}

/** Chromium as the tests use it. */
export function openBrowser(flags: readonly string[] = []): Promise<Browser> {
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
      ...flags,
    ],
  });
}

/** What a command of the SDK came to. */
export type Outcome<T> = { value: T } | { error: string };

/** Somebody with a browser of her own, on pages with the unmodified SDK. */
export class Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly #stage: Stage;
  #configured: Record<string, unknown> = {};

  private constructor(parts: { page: Page; context: BrowserContext; stage: Stage }) {
    this.page = parts.page;
    this.context = parts.context;
    this.#stage = parts.stage;
  }

  static async arrive(browser: Browser, stage: Stage, config: Record<string, unknown> = {}): Promise<Visitor> {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const visitor = new Visitor({ page: await context.newPage(), context, stage });
    await visitor.open(stage.page(), config);
    return visitor;
  }

  /** Opens a page and configures the SDK on it, as before unless `config` says otherwise. */
  async open(url: string, config = this.#configured): Promise<void> {
    this.#configured = config;
    await this.page.goto(url);
    const host = new URL(url).hostname;
    const usual = {
      datastreamId: 'compat',
      orgId: 'COMPAT@AdobeOrg',
      edgeDomain: this.#stage.edgeDomain(host === 'other.test' || host === '127.0.0.1' ? 'other' : 'own'),
      thirdPartyCookiesEnabled: false,
      clickCollectionEnabled: true,
      clickCollection: { internalLinkEnabled: true, eventGroupingEnabled: false },
    };
    await this.run('configure', { ...usual, ...config });
  }

  /** The same page again, as a returning visitor. */
  async reload(more: Record<string, string> = {}): Promise<void> {
    await this.open(this.#stage.page('own', more));
  }

  /** Runs a command of the SDK and waits for its promise. */
  outcome<T>(command: string, options: object = {}): Promise<Outcome<T>> {
    return this.page.evaluate(
      async ([name, given]) => {
        const sdk = (globalThis as unknown as { alloy(name: string, given: object): Promise<unknown> }).alloy;
        try {
          const value: unknown = await sdk(name, given);
          return { value: JSON.parse(JSON.stringify(value ?? null)) as never };
        } catch (error) {
          return { error: String(error) };
        }
      },
      [command, options] as const,
    );
  }

  /** As `outcome`, and fails when the promise is rejected. */
  async run<T>(command: string, options: object = {}): Promise<T> {
    const outcome = await this.outcome<T>(command, options);
    if ('error' in outcome) throw new Error(`${command}: ${outcome.error}`);
    return outcome.value;
  }

  send<T = { propositions: Proposition[] }>(xdm: object, more: object = {}): Promise<T> {
    return this.run<T>('sendEvent', { xdm, ...more });
  }

  /** Starts a command without waiting for its promise. */
  async begin(command: string, options: object): Promise<void> {
    await this.page.evaluate(
      ([name, given]) => {
        const here = globalThis as unknown as {
          alloy(name: string, given: object): Promise<unknown>;
          begun: Promise<unknown>[];
        };
        here.begun = [...(here.begun ?? []), here.alloy(name, given)];
      },
      [command, options] as const,
    );
  }

  /** What the commands begun so far came to. */
  begun(): Promise<unknown[]> {
    return this.page.evaluate(async () => {
      const { begun } = globalThis as unknown as { begun: Promise<unknown>[] };
      return JSON.parse(JSON.stringify(await Promise.all(begun))) as unknown[];
    });
  }

  async ecid(): Promise<string> {
    return (await this.run<{ identity: { ECID: string } }>('getIdentity')).identity.ECID;
  }

  async cookie(name: string): Promise<string | undefined> {
    const found = (await this.context.cookies()).find((cookie) => cookie.name === `kndctr_COMPAT_AdobeOrg_${name}`);
    return found && decodeURIComponent(found.value);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

/** A proposition as `sendEvent` gives it. */
export interface Proposition {
  id: string;
  scope: string;
  scopeDetails: object;
  renderAttempted: boolean;
  items: { id: string; schema: string; data: { content: unknown } }[];
}
