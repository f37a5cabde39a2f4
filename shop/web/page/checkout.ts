import * as basket from '../cart.ts';
import { onSubmit } from '../frame.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../page.ts';
import { ask, signedIn } from '../server.ts';
import { visitorId } from '../tell.ts';
import { money, nameOf, word } from '../words.ts';

export function checkout(): Page {
  const page = { title: word('checkout.title'), name: 'checkout', section: 'checkout' };
  const heading = html`<h1>${word('checkout.title')}</h1>`;
  if (basket.count() === 0) {
    const body = html`${heading}
      <p>${word('checkout.empty')} <a href="/shop">${word('back.shop')}</a></p>`;
    return { ...page, body };
  }
  if (basket.sizeless().length > 0) {
    const body = html`${heading}
      <p>${word('cart.sizeMissing')}</p>
      <a class="button" href="/shop/cart">${word('product.toCart')}</a>`;
    return { ...page, body };
  }
  const body = html`${heading}
    <div class="checkout">${orderForm()} ${receipt()}</div>`;
  return { ...page, body, shown: checkoutShown };
}

function receipt(): Markup {
  return html`
    <section aria-labelledby="receipt">
      <h2 id="receipt">${word('checkout.order')}</h2>
      <ul class="receipt">
        ${basket.lines().map(
          ({ item, size, quantity }) =>
            html`<li>
              <span>${quantity} × ${nameOf(item)}${size === '' ? '' : `, ${size}`}</span>
              <b>${money(item.price * quantity)}</b>
            </li>`,
        )}
        <li class="total"><span>${word('checkout.toPay')}</span> <b>${money(basket.total())}</b></li>
      </ul>
    </section>
  `;
}

/** Name and address are asked for as any shop does; they stay in the page, since the demo has nobody to send them to. */
function orderForm(): Markup {
  const field = (name: string, label: string, autocomplete: string) =>
    html`<label>${label}<input name="${name}" required maxlength="120" autocomplete="${autocomplete}" /></label>`;
  return html`
    <form id="order" class="stack">
      <h2>${word('checkout.contact')}</h2>
      <label
        >${word('form.email')}<input
          type="email"
          name="email"
          required
          autocomplete="email"
          value="${signedIn()?.email ?? ''}"
      /></label>
      <h2>${word('checkout.address')}</h2>
      ${field('name', word('checkout.name'), 'name')} ${field('street', word('checkout.street'), 'street-address')}
      <div class="pair">
        ${field('postcode', word('checkout.postcode'), 'postal-code')}
        ${field('city', word('checkout.city'), 'address-level2')}
      </div>
      <p class="quiet">${word('checkout.kept')}</p>
      <button>${word('checkout.place')}</button>
    </form>
  `;
}

function checkoutShown(root: HTMLElement): void {
  basket.checkingOut();
  // Chosen once: sending the form again after a failure cannot make a second order.
  const orderId = `LL-${crypto.randomUUID()}`;
  onSubmit(root.querySelector<HTMLFormElement>('#order')!, async (fields) => {
    const answer = await ask<{ order: { id: string; total: number; currency: string } }>('checkout', {
      email: fields.get('email'),
      ecid: await visitorId(),
      items: basket.lines().map(({ item, size, quantity }) => ({ id: item.id, size, quantity })),
      orderId,
    });
    basket.ordered(answer.order);
    root.innerHTML = thanks(answer.order).text;
    root.focus();
  });
}

function thanks({ id, total }: { id: string; total: number }): Markup {
  return html`
    <h1>${word('thanks.heading')}</h1>
    <p class="lead">${word('thanks.lead', { total: money(total) })}</p>
    <p class="quiet">${word('thanks.number')} <code>${id}</code></p>
    <a class="button" href="/shop">${word('back.shop')}</a>
    ${signedIn() ? html`<a class="beside" href="/shop/account">${word('thanks.orders')}</a>` : ''}
  `;
}
