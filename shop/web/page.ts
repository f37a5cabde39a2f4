import { html } from './html.ts';
import type { Markup } from './html.ts';
import { account, privacy } from './page/account.ts';
import { cart } from './page/cart.ts';
import { checkout } from './page/checkout.ts';
import { home } from './page/home.ts';
import { journal, post } from './page/journal.ts';
import { product } from './page/product.ts';
import { category, found } from './page/shelf.ts';
import { word } from './words.ts';

/** What an address shows. */
export interface Page {
  title: string;
  /** For the page view: `web.webPageDetails.name` and `.siteSection`, the same in every language. */
  name: string;
  section: string;
  /** What was searched for, on the page that answers it. */
  query?: string;
  /** Places that the page view asks recommendations for; a page may ask with an event of its own instead. */
  asks?: { places: string[]; data?: object };
  body: Markup;
  /** Called when the page stands in the window: listeners, and the events of this page. */
  shown?(root: HTMLElement): void;
}

/** The page of an address under `/shop`. */
export function pageFor(address: URL): Page {
  const [, , kind = '', name = ''] = address.pathname.split('/');
  const made: Record<string, () => Page | null> = {
    '': home,
    c: () => category(name, address.searchParams),
    p: () => product(name),
    search: () => found(address.searchParams),
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
    title: word('missing.title'),
    name: 'not found',
    section: 'other',
    body: html`<h1>${word('missing.heading')}</h1>
      <p>${word('missing.text')} <a href="/shop">${word('back.shop')}</a></p>`,
  };
}
