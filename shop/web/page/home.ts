import { cards, placeFor } from '../card.ts';
import { html } from '../html.ts';
import type { Page } from '../page.ts';
import { find } from '../server.ts';
import { word } from '../words.ts';
import { posts } from './journal.ts';

export function home(): Page {
  const picks = ['coat-6', 'watch-9', 'lamp-13', 'knit-17', 'sweat-12', 'textile-5', 'bag-10', 'kitchen-17'];
  return {
    title: 'Lumen & Loom',
    name: 'home',
    section: 'home',
    asks: { places: ['home-recs'] },
    body: html`
      <section class="hero">
        <div>
          <h1>${word('home.heading')}</h1>
          <p>${word('home.lead')}</p>
          <a class="button" href="/shop/c/winter-coats">${word('home.button')}</a>
        </div>
        <img src="/shop/picture/coat-2.png" alt="" width="480" height="480" />
        <img src="/shop/picture/lamp-6.png" alt="" width="480" height="480" />
        <img src="/shop/picture/sweat-5.png" alt="" width="480" height="480" />
      </section>
      ${placeFor('home-recs', word('recs.home'))}
      <section aria-labelledby="picks">
        <h2 id="picks">${word('home.picks')}</h2>
        <ul class="grid">
          ${cards(picks.flatMap((id) => find(id) ?? []))}
        </ul>
      </section>
      <section aria-labelledby="journal">
        <h2 id="journal">${word('home.journal')}</h2>
        <ul class="posts">
          ${posts().map(
            ({ slug, title, lead }) =>
              html`<li>
                <a href="/shop/blog/${slug}">${title}</a>
                <p>${lead}</p>
              </li>`,
          )}
        </ul>
      </section>
    `,
  };
}
