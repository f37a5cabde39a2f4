import { add, checkingOut, lines, opened, ordered, remove, restore, total } from '../cart.ts';
import { onSubmit, say } from '../frame.ts';
import { html, money } from '../html.ts';
import type { Page } from '../page.ts';
import { ask, find, signedIn } from '../server.ts';
import { visitorId } from '../tell.ts';

/** @param link what a mail's link carried: `coat-1:1,sweat-2:2` */
export function cart(link: string | null): Page {
  return {
    title: 'Cart',
    name: 'cart',
    section: 'cart',
    body: html`<h1>Your cart</h1>
      <div id="cart"></div>`,
    shown(root) {
      const box = root.querySelector<HTMLElement>('#cart')!;
      if (link === null) opened();
      else {
        const gone = restore(link);
        const but = gone.length > 0 ? ` ${gone.map(({ name }) => name).join(' and ')} is sold out by now.` : '';
        say(`Your cart is as you left it.${but}`);
      }
      drawCart(box);
      box.addEventListener('click', (event) => change(event, box));
    },
  };
}

function drawCart(box: HTMLElement): void {
  const inCart = lines();
  if (inCart.length === 0) {
    box.innerHTML = html`<p>
      Nothing in it yet. <a href="/shop/c/winter-coats">Winter coats</a> are a good beginning.
    </p>`.text;
    return;
  }
  box.innerHTML = html`
    <ul class="lines">
      ${inCart.map(
        ({ item, quantity }) => html`
          <li>
            <img src="${item.imageUrl}" alt="" width="96" height="96" />
            <div class="what">
              <a href="/shop/p/${item.id}">${item.name}</a>
              <span class="quiet">${money(item.price)} each</span>
            </div>
            <div class="amount">
              <button class="plain" data-id="${item.id}" data-by="-1" aria-label="One less of ${item.name}">−</button>
              <b aria-label="${quantity} of ${item.name}">${quantity}</b>
              <button
                class="plain"
                data-id="${item.id}"
                data-by="1"
                aria-label="One more of ${item.name}"
                ${quantity >= item.stock ? 'disabled' : ''}
              >
                +
              </button>
            </div>
            <span class="sum">${money(item.price * quantity)}</span>
            <button class="plain words" data-id="${item.id}" data-by="-${quantity}" aria-label="Remove ${item.name}">
              Remove
            </button>
          </li>
        `,
      )}
    </ul>
    <p class="total"><span>Together, with delivery</span> <b>${money(total())}</b></p>
    <a class="button" href="/shop/checkout">To checkout</a>
  `.text;
}

function change(event: Event, box: HTMLElement): void {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>('button[data-id]') : null;
  const item = button && find(button.dataset['id'] ?? '');
  if (!item) return;
  const by = Number(button.dataset['by']);
  if (by > 0) add(item, by);
  else remove(item, -by);
  drawCart(box);
  const again = box.querySelector<HTMLElement>(`[data-id="${item.id}"][data-by="${by}"]:not(:disabled)`);
  (again ?? box.querySelector<HTMLElement>('a, button'))?.focus();
}

export function checkout(): Page {
  const inCart = lines();
  const body = html`
    <h1>Checkout</h1>
    ${
      inCart.length === 0
        ? html`<p>The cart is empty. <a href="/shop">Back to the shop</a></p>`
        : html`
            <ul class="receipt">
              ${inCart.map(({ item, quantity }) => html`<li><span>${quantity} × ${item.name}</span> <b>${money(item.price * quantity)}</b></li>`)}
              <li class="total"><span>To pay</span> <b>${money(total())}</b></li>
            </ul>
            <form id="order" class="stack">
              <label
                >E-mail<input
                  type="email"
                  name="email"
                  required
                  autocomplete="email"
                  value="${signedIn()?.email ?? ''}"
              /></label>
              <p class="quiet">A real shop would ask for your address and a card here. The demo takes neither.</p>
              <button>Place the order</button>
            </form>
          `
    }
  `;
  return { title: 'Checkout', name: 'checkout', section: 'checkout', body, shown: checkoutShown };
}

function checkoutShown(root: HTMLElement): void {
  const form = root.querySelector<HTMLFormElement>('#order');
  if (!form) return;
  checkingOut();
  // Chosen once: sending the form again after a failure cannot make a second order.
  const orderId = `LL-${crypto.randomUUID()}`;
  onSubmit(form, async (fields) => {
    const items = lines().map(({ item, quantity }) => ({ id: item.id, quantity }));
    const answer = await ask<{ order: { id: string; total: number; currency: string } }>('checkout', {
      email: fields.get('email'),
      ecid: await visitorId(),
      items,
      orderId,
    });
    ordered(answer.order);
    root.innerHTML = html`
      <h1>Thank you</h1>
      <p class="lead">Your order of ${money(answer.order.total)} is placed.</p>
      <p class="quiet">Order <code>${answer.order.id}</code></p>
      <a class="button" href="/shop">Back to the shop</a>
    `.text;
    root.focus();
  });
}
