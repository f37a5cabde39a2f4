import type { ShopItem } from '../catalogue.ts';
import { html, type Markup } from './html.ts';
import { money, nameOf, word } from './words.ts';

/** Items as they stand in a list of products. */
export function cards(items: readonly ShopItem[]): Markup {
  return html`${items.map(card)}`;
}

function card(item: ShopItem): Markup {
  return html`
    <li class="card">
      <a href="/shop/p/${item.id}" data-item="${item.id}">
        <img src="${item.imageUrl}" alt="" width="480" height="480" loading="lazy" />
        <span class="name">${nameOf(item)}</span>
        <span class="price"
          >${money(item.price)} ${item.stock === 0 ? html`<em>${word('shelf.soldOut')}</em>` : ''}</span
        >
      </a>
    </li>
  `;
}

/** An empty place that recommendations fill; it is not there until they come. */
export function placeFor(name: string, title: string): Markup {
  return html`
    <section data-place="${name}" aria-labelledby="${name}" hidden>
      <h2 id="${name}">${title}</h2>
      <ul class="grid"></ul>
    </section>
  `;
}
