import { type ShopItem, sizesOf } from '../../catalogue.ts';
import { add } from '../cart.ts';
import { placeFor } from '../card.ts';
import { onSubmit, say } from '../frame.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../page.ts';
import { asking, fill } from '../recommend.ts';
import { allCategories, find, shelf } from '../server.ts';
import { productLine, tell } from '../tell.ts';
import { categoryWords, modelOf, money, nameOf, termOf, word } from '../words.ts';

export function product(id: string): Page | null {
  const item = find(id);
  if (!item) return null;
  const section = item.categories[0]!;
  const shelfOfIt = allCategories().find(({ slug }) => slug === section);
  return {
    title: nameOf(item),
    name: `product: ${item.id}`,
    section,
    body: html`
      <article class="product">
        <img src="${item.imageUrl}" alt="${describe(item)}" width="480" height="480" />
        <div>
          <p class="crumb">
            <a href="/shop/c/${section}">${shelfOfIt ? categoryWords(shelfOfIt).title : section}</a>
          </p>
          <h1>${nameOf(item)}</h1>
          <p class="big">${money(item.price)}</p>
          ${variants(item)} ${buyForm(item)}
          <p>${word(`about.${item.attributes.kind}`)}</p>
          ${facts(item)}
        </div>
      </article>
      ${placeFor('product-recs', word('recs.product'))}
    `,
    shown: (root) => productShown(item, root),
  };
}

/** The view is told with the item, and asks in the same breath what goes with it. */
function productShown(item: ShopItem, root: HTMLElement): void {
  const xdm = { commerce: { productViews: { value: 1 } }, productListItems: [productLine(item)] };
  void fill(root, tell('commerce.productViews', xdm, asking(['product-recs'])));
  const form = root.querySelector<HTMLFormElement>('#buy');
  if (!form) return;
  onSubmit(form, async (fields) => {
    const size = String(fields.get('size') ?? '');
    if (size === '' && sizesOf(item).length > 0) throw new Error(word('product.chooseSize'));
    const added = add(item, size, Number(fields.get('quantity')));
    if (added > 0) say(word('product.added', { n: added, name: nameOf(item) }));
    else say(word('product.noMore', { n: item.stock }));
    form.querySelector<HTMLElement>('.to-cart')!.hidden = false;
  });
}

/** The same model in its other colours and patterns; each is an item of its own. */
function variants(item: ShopItem): Markup {
  const all = shelf(item.categories[0]).filter(({ attributes }) => attributes.cut === item.attributes.cut);
  return html`
    <h2 class="unseen">${word('product.colours')}</h2>
    <ul class="swatches">
      ${all.map(
        (one) => html`
          <li>
            <a href="/shop/p/${one.id}" title="${nameOf(one)}" ${one.id === item.id ? html`aria-current="true"` : ''}>
              <img src="${one.imageUrl}" alt="${nameOf(one)}" width="56" height="56" />
            </a>
          </li>
        `,
      )}
    </ul>
  `;
}

function buyForm(item: ShopItem): Markup {
  if (item.stock === 0) return html`<p class="sold-out">${word('product.soldOut')}</p>`;
  const most = Math.min(item.stock, 9);
  return html`
    <form id="buy" class="buy" novalidate>
      ${sizes(item)}
      <label>
        ${word('product.quantity')}
        <select name="quantity">
          ${Array.from({ length: most }, (_, at) => html`<option>${at + 1}</option>`)}
        </select>
      </label>
      <button>${word('product.add')}</button>
      <a class="to-cart" href="/shop/cart" hidden>${word('product.toCart')}</a>
      <p class="quiet">${item.stock < 6 ? word('product.few', { n: item.stock }) : word('product.inStock')}</p>
    </form>
  `;
}

function sizes(item: ShopItem): Markup {
  const all = sizesOf(item);
  if (all.length === 0) return html``;
  return html`
    <fieldset class="sizes">
      <legend>${word('product.size')}</legend>
      ${all.map(
        ({ size, stock }) => html`
          <label class="pill">
            <input
              type="radio"
              name="size"
              value="${size}"
              ${stock === 0 ? html`disabled aria-label="${word('product.sizeGone', { size })}"` : ''}
            />
            <span>${size}</span>
          </label>
        `,
      )}
    </fieldset>
  `;
}

function facts({ id, attributes: { brand, material, colour, pattern } }: ShopItem): Markup {
  const rows = [
    [word('product.maker'), brand],
    [word('product.material'), termOf('materials', material)],
    [word('product.colour'), termOf('colours', colour)],
    [word('product.pattern'), termOf('patterns', pattern)],
    [word('product.number'), id],
  ];
  return html`<dl>
    ${rows.map(
      ([term, text]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${text}</dd>
        </div>`,
    )}
  </dl>`;
}

function describe(item: ShopItem): string {
  const { material, colour } = item.attributes;
  return `${modelOf(item)}: ${termOf('materials', material)}, ${termOf('colours', colour)}`;
}
