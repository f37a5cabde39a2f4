import type { ShopItem } from '../catalogue.ts';
import { html, money } from './html.ts';
import type { Markup } from './html.ts';
import { allCategories, ask, signedIn, timeZone } from './server.ts';
import { visitorId } from './tell.ts';

/** The head of every page: the name, the categories, the account and the cart. */
export function header(path: string, inCart: number): Markup {
  const person = signedIn();
  const here = (to: string) => (path === to ? html` aria-current="page"` : html``);
  return html`
    <div class="bar">
      <a class="wordmark" href="/shop">
        <svg viewBox="0 0 28 28" width="28" height="28" aria-hidden="true">
          <circle cx="14" cy="14" r="13" fill="currentColor" />
          <path d="M4 10h20M4 18h20M10 4v20M18 4v20" />
        </svg>
        <span>Lumen <i>&amp;</i> Loom</span>
      </a>
      <nav class="tools" aria-label="Account and cart">
        <a href="/shop/blog" ${here('/shop/blog')}>Journal</a>
        <a href="/shop/account" ${here('/shop/account')}>${person ? (person.firstName ?? 'Account') : 'Sign in'}</a>
        <a class="cart-link" href="/shop/cart" ${here('/shop/cart')}
          >Cart <b aria-label="${inCart} in the cart">${inCart}</b></a
        >
      </nav>
    </div>
    <nav class="shelves" aria-label="Categories">
      ${allCategories().map(({ slug, title }) => html`<a href="/shop/c/${slug}" ${here(`/shop/c/${slug}`)}>${title}</a>`)}
    </nav>
  `;
}

export function footer(): Markup {
  return html`
    <form class="newsletter" id="newsletter">
      <div>
        <h2>Letters from the shop</h2>
        <p>New things, and what you looked at, now and then.</p>
      </div>
      <div class="fields">
        <label>E-mail<input type="email" name="email" required autocomplete="email" /></label>
        <label class="tick">
          <input type="checkbox" name="consent" required />
          Yes, send me mail about products. I can stop it with one click.
        </label>
        <button>Sign up</button>
      </div>
    </form>
    <p class="small">
      Lumen &amp; Loom, Weaver's Yard 3, 111 22 Stockholm · <a href="/shop/privacy">Privacy</a> ·
      <a href="/shop/account">Account</a>
    </p>
  `;
}

export function listenToNewsletter(root: HTMLElement): void {
  onSubmit(root.querySelector<HTMLFormElement>('#newsletter')!, async (fields, form) => {
    const email = String(fields.get('email'));
    // The shop's server asserts it; a page saying so would not be believed.
    const { state } = await ask<{ state: string }>('newsletter', {
      email,
      consent: true,
      ecid: await visitorId(),
      timeZone: timeZone(),
    });
    form.reset();
    say(state === 'pending' ? `A mail is on its way to ${email}. Press its button.` : `Letters will come to ${email}.`);
  });
}

/** A product in a list. */
export function card(item: ShopItem): Markup {
  return html`
    <li class="card">
      <a href="/shop/p/${item.id}">
        <img src="${item.imageUrl}" alt="" width="480" height="480" loading="lazy" />
        <span class="name">${item.name}</span>
        <span class="price">${money(item.price)} ${item.stock === 0 ? html`<em>Sold out</em>` : ''}</span>
      </a>
    </li>
  `;
}

/** Runs `act` when the form is sent, with the button held meanwhile; a failure is shown in the form. */
export function onSubmit(form: HTMLFormElement, act: (fields: FormData, form: HTMLFormElement) => Promise<void>): void {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('button')!;
    form.querySelector('.failure')?.remove();
    button.disabled = true;
    try {
      await act(new FormData(form), form);
    } catch (error) {
      const note = Object.assign(document.createElement('p'), {
        className: 'failure',
        textContent: (error as Error).message,
      });
      note.setAttribute('role', 'alert');
      form.append(note);
    }
    button.disabled = false;
  });
}

/** Says one sentence at the foot of the window, to screen readers too. */
export function say(sentence: string): void {
  const status = document.querySelector<HTMLElement>('#status')!;
  status.textContent = sentence;
  status.classList.remove('shown');
  void status.offsetWidth;
  status.classList.add('shown');
}
