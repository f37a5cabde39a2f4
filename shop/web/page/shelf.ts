import type { ShopItem } from '../../catalogue.ts';
import { add } from '../cart.ts';
import { card, onSubmit, say } from '../frame.ts';
import { html, money } from '../html.ts';
import type { Page } from '../page.ts';
import { allCategories, find, shelf } from '../server.ts';
import { productLine, tell } from '../tell.ts';
import { posts } from './journal.ts';

export function home(): Page {
  const picks = ['coat-6', 'watch-9', 'lamp-13', 'knit-17', 'sweat-12', 'textile-5', 'bag-10', 'kitchen-17'];
  return {
    title: 'Lumen & Loom',
    name: 'home',
    section: 'home',
    body: html`
      <section class="hero">
        <div>
          <h1>Warm things for short days</h1>
          <p>Clothes, watches, and things for the home, from small makers. Sent from Stockholm in two days.</p>
          <a class="button" href="/shop/c/winter-coats">See winter coats</a>
        </div>
        <img src="/shop/picture/coat-2.png" alt="" width="480" height="480" />
        <img src="/shop/picture/lamp-6.png" alt="" width="480" height="480" />
        <img src="/shop/picture/sweat-5.png" alt="" width="480" height="480" />
      </section>
      <section aria-labelledby="picks">
        <h2 id="picks">On the front table</h2>
        <ul class="grid">
          ${picks.flatMap((id) => find(id) ?? []).map(card)}
        </ul>
      </section>
      <section aria-labelledby="journal">
        <h2 id="journal">From the journal</h2>
        <ul class="posts">
          ${posts.map(
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

export function category(slug: string): Page | null {
  const found = allCategories().find((category) => category.slug === slug);
  if (!found) return null;
  const items = shelf(slug);
  return {
    title: found.title,
    name: `category: ${slug}`,
    section: slug,
    body: html`
      <h1>${found.title}</h1>
      <p class="lead">${found.lead} <span class="quiet">${items.length} items</span></p>
      <ul class="grid">
        ${items.map(card)}
      </ul>
    `,
  };
}

export function product(id: string): Page | null {
  const item = find(id);
  if (!item) return null;
  const section = item.categories[0]!;
  return {
    title: item.name,
    name: `product: ${item.id}`,
    section,
    body: html`
      <article class="product">
        <img src="${item.imageUrl}" alt="${describe(item)}" width="480" height="480" />
        <div>
          <p class="crumb">
            <a href="/shop/c/${section}">${allCategories().find(({ slug }) => slug === section)?.title}</a>
          </p>
          <h1>${item.name}</h1>
          <p class="big">${money(item.price)}</p>
          ${buyForm(item)}
          <dl>
            <div>
              <dt>Maker</dt>
              <dd>${item.attributes.brand}</dd>
            </div>
            <div>
              <dt>Material</dt>
              <dd>${item.attributes.material}</dd>
            </div>
            <div>
              <dt>Colour</dt>
              <dd>${item.attributes.colour}</dd>
            </div>
            <div>
              <dt>Pattern</dt>
              <dd>${item.attributes.pattern}</dd>
            </div>
          </dl>
        </div>
      </article>
      <section aria-labelledby="others">
        <h2 id="others">The same in other colours</h2>
        <ul class="grid">
          ${shelf(section)
            .filter((other) => other.id !== id && other.attributes.cut === item.attributes.cut)
            .map(card)}
        </ul>
      </section>
    `,
    shown: (root) => productShown(item, root),
  };
}

function productShown(item: ShopItem, root: HTMLElement): void {
  void tell('commerce.productViews', {
    commerce: { productViews: { value: 1 } },
    productListItems: [productLine(item)],
  });
  const form = root.querySelector<HTMLFormElement>('#buy');
  if (!form) return;
  onSubmit(form, async (fields) => {
    const added = add(item, Number(fields.get('quantity')));
    say(added > 0 ? `Put into the cart: ${added} × ${item.name}.` : `All ${item.stock} that we have are in your cart.`);
  });
}

function buyForm(item: ShopItem) {
  if (item.stock === 0) return html`<p class="sold-out">Sold out. It comes back in spring.</p>`;
  const most = Math.min(item.stock, 9);
  return html`
    <form id="buy" class="buy">
      <label>
        Quantity
        <select name="quantity">
          ${Array.from({ length: most }, (_, at) => html`<option>${at + 1}</option>`)}
        </select>
      </label>
      <button>Add to cart</button>
      <p class="quiet">${item.stock < 6 ? `Only ${item.stock} left` : 'In stock, with you in two to four days'}</p>
    </form>
  `;
}

function describe({ name, attributes }: ShopItem): string {
  return `${name}: ${attributes.material}, ${attributes.colour}`;
}
