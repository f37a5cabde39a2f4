import { type ShopItem, sizesOf } from '../../catalogue.ts';
import * as basket from '../cart.ts';
import { placeFor } from '../card.ts';
import { say } from '../frame.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../page.ts';
import { asking, fill } from '../recommend.ts';
import { find } from '../server.ts';
import { money, nameOf, word } from '../words.ts';

/** @param link what a mail's link carried: `coat-1:1,sweat-2:2` */
export function cart(link: string | null): Page {
  return {
    title: word('cart.title'),
    name: 'cart',
    section: 'cart',
    body: html`<h1>${word('cart.heading')}</h1>
      <div id="cart"></div>
      ${placeFor('cart-recs', word('recs.cart'))}`,
    shown(root) {
      const box = root.querySelector<HTMLElement>('#cart')!;
      const back = link === null ? null : basket.restore(link);
      drawCart(box);
      if (back) sayBack(back.gone);
      if (basket.count() > 0 || back) askBeside(root, back ? basket.reopened : basket.opened);
      box.addEventListener('click', (event) => change(event, box));
      box.addEventListener('change', (event) => chosen(event, box));
    },
  };
}

/** The event that tells of the cart asks what goes with it; the shop's own cart counts, also before Beckon has read it. */
function askBeside(root: HTMLElement, told: typeof basket.opened): void {
  const cartIds = basket.lines().map(({ item }) => item.id);
  const data = { __adobe: { target: { cartIds: cartIds.join(',') } } };
  void fill(root, told(asking(['cart-recs'], data)));
}

function sayBack(gone: readonly ShopItem[]): void {
  const but = gone.length > 0 ? ` ${word('cart.gone', { names: gone.map(nameOf).join(', ') })}` : '';
  say(word('cart.asLeft') + but);
}

function drawCart(box: HTMLElement): void {
  const inCart = basket.lines();
  box.innerHTML = (
    inCart.length === 0
      ? html`<p>${word('cart.empty')} <a href="/shop">${word('back.shop')}</a></p>`
      : html`
          <ul class="lines">
            ${inCart.map(line)}
          </ul>
          <p class="total"><span>${word('cart.total')}</span> <b>${money(basket.total())}</b></p>
          ${basket.sizeless().length > 0 ? html`<p class="failure">${word('cart.sizeMissing')}</p>` : ''}
          <a class="button" href="/shop/checkout">${word('cart.checkout')}</a>
        `
  ).text;
}

function line({ item, size, quantity }: basket.CartLine): Markup {
  const name = nameOf(item);
  const button = (by: number, words: string | Markup, label: string, disabled = false) => html`
    <button
      class="plain ${typeof words === 'string' ? '' : 'words'}"
      data-id="${item.id}"
      data-size="${size}"
      data-by="${by}"
      aria-label="${label}"
      ${disabled ? html`disabled` : ''}
    >
      ${words}
    </button>
  `;
  return html`
    <li>
      <img src="${item.imageUrl}" alt="" width="96" height="96" />
      <div class="what">
        <a href="/shop/p/${item.id}">${name}</a>
        <span class="quiet">${money(item.price)}${size === '' ? '' : ` · ${word('cart.size')} ${size}`}</span>
        ${size === '' && sizesOf(item).length > 0 ? sizeChoice(item) : ''}
      </div>
      <div class="amount">
        ${button(-1, '−', word('cart.less', { name }))}
        <b aria-label="${word('cart.count', { n: quantity, name })}">${quantity}</b>
        ${button(1, '+', word('cart.more', { name }), quantity >= basket.left(item, size))}
      </div>
      <span class="sum">${money(item.price * quantity)}</span>
      ${button(-quantity, html`${word('cart.remove')}`, word('cart.removeName', { name }))}
    </li>
  `;
}

/** A link of a mail names the item and how many, and no size. */
function sizeChoice(item: ShopItem): Markup {
  return html`
    <select data-choose="${item.id}" aria-label="${word('cart.chooseSize')}: ${nameOf(item)}">
      <option value="">${word('cart.chooseSize')}</option>
      ${sizesOf(item)
        .filter(({ stock }) => stock > 0)
        .map(({ size }) => html`<option>${size}</option>`)}
    </select>
  `;
}

function chosen(event: Event, box: HTMLElement): void {
  const select = event.target instanceof HTMLSelectElement ? event.target : null;
  const item = select && find(select.dataset['choose'] ?? '');
  if (!item || select.value === '') return;
  basket.chooseSize(item, select.value);
  drawCart(box);
  box.querySelector<HTMLElement>('select, .button')?.focus();
}

function change(event: Event, box: HTMLElement): void {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-id]') : null;
  const item = button && find(button.dataset['id'] ?? '');
  if (!item) return;
  const { size = '', by: text } = button.dataset;
  const by = Number(text);
  if (by > 0) basket.add(item, size, by);
  else basket.remove(item, size, -by);
  drawCart(box);
  const again = `[data-id="${item.id}"][data-size="${size}"][data-by="${by}"]:not(:disabled)`;
  (box.querySelector<HTMLElement>(again) ?? box.querySelector<HTMLElement>('a, button'))?.focus();
}
