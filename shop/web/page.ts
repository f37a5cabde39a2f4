import { html } from './html.ts';
import type { Markup } from './html.ts';
import { account, privacy } from './page/account.ts';
import { cart, checkout } from './page/cart.ts';
import { journal, post } from './page/journal.ts';
import { category, home, product } from './page/shelf.ts';

/** What an address shows. */
export interface Page {
  title: string;
  /** For the page view: `web.webPageDetails.name` and `.siteSection`. */
  name: string;
  section: string;
  body: Markup;
  /** Called when the page stands in the window: listeners, and the events of this page. */
  shown?(root: HTMLElement): void;
}

/** The page of an address under `/shop`. */
export function pageFor(address: URL): Page {
  const [, , kind = '', name = ''] = address.pathname.split('/');
  const made: Record<string, () => Page | null> = {
    '': home,
    c: () => category(name),
    p: () => product(name),
    cart: () => cart(address.searchParams.get('items')),
    checkout,
    blog: () => (name ? post(name) : journal()),
    account,
    privacy,
  };
  return made[kind]?.() ?? missing();
}

function missing(): Page {
  return {
    title: 'Not here',
    name: 'not found',
    section: 'other',
    body: html`<h1>This page is not here</h1>
      <p>It may have been sold. <a href="/shop">Back to the shop</a></p>`,
  };
}
