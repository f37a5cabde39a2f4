import { html } from './html.ts';
import type { Markup } from './html.ts';
import { allCategories, ask, shelf, signedIn, timeZone } from './server.ts';
import { visitorId } from './tell.ts';
import { categoryWords, language, languages, modelOf, word } from './words.ts';

/** The head of every page: the name, search, the account and the cart, the categories. */
export function header(address: URL, inCart: number): Markup {
  const person = signedIn();
  const here = (to: string) => (address.pathname === to ? html` aria-current="page"` : html``);
  return html`
    <div class="bar">
      <a class="wordmark" href="/shop">
        <svg viewBox="0 0 28 28" width="28" height="28" aria-hidden="true">
          <circle cx="14" cy="14" r="13" fill="currentColor" />
          <path d="M4 10h20M4 18h20M10 4v20M18 4v20" />
        </svg>
        <span>Lumen <i>&amp;</i> Loom</span>
      </a>
      <form class="search" role="search" id="search">
        <input
          type="search"
          name="q"
          list="things"
          aria-label="${word('head.search')}"
          placeholder="${word('head.search')}"
          value="${address.searchParams.get('q') ?? ''}"
          autocomplete="off"
          maxlength="80"
        />
        <datalist id="things">${suggestions().map((name) => html`<option value="${name}"></option>`)}</datalist>
      </form>
      <nav class="tools" aria-label="${word('head.tools')}">
        <a href="/shop/blog" ${here('/shop/blog')}>${word('head.journal')}</a>
        <a href="/shop/account" ${here('/shop/account')}
          >${person ? (person.firstName ?? word('head.account')) : word('head.signIn')}</a
        >
        <a class="cart-link" href="/shop/cart" ${here('/shop/cart')}
          >${word('head.cart')} <b aria-label="${word('head.inCart', { n: inCart })}">${inCart}</b></a
        >
      </nav>
    </div>
    <nav class="shelves" aria-label="${word('head.categories')}">
      ${allCategories().map(
        (category) =>
          html`<a href="/shop/c/${category.slug}" ${here(`/shop/c/${category.slug}`)}
            >${categoryWords(category).title}</a
          >`,
      )}
    </nav>
  `;
}

/** The line above everything: that this is a demo, the ways into Beckon, and the language. */
export function notice(): Markup {
  return html`
    <span
      >${word('head.demo')} <a href="/mailbox" data-leave>${word('head.mailbox')}</a>
      <a href="/" data-leave>${word('head.studio')}</a></span
    >
    <label class="language">
      <span class="unseen">${word('head.language')}</span>
      <select id="language">
        ${Object.entries(languages).map(
          ([code, name]) =>
            html`<option value="${code}" lang="${code}" ${code === language() ? html`selected` : ''}>${name}</option>`,
        )}
      </select>
    </label>
  `;
}

function suggestions(): string[] {
  return [...new Set([...allCategories().map((one) => categoryWords(one).title), ...shelf().map(modelOf)])];
}

export function footer(): Markup {
  return html`
    <form class="newsletter" id="newsletter">
      <div>
        <h2>${word('foot.newsletter')}</h2>
        <p>${word('foot.newsletterLead')}</p>
      </div>
      <div class="fields">
        <label>${word('form.email')}<input type="email" name="email" required autocomplete="email" /></label>
        <label class="tick">
          <input type="checkbox" name="consent" required />
          ${word('foot.newsletterConsent')}
        </label>
        <button>${word('foot.signUp')}</button>
      </div>
    </form>
    <p class="small">
      Lumen &amp; Loom, Weaver's Yard 3, 111 22 Stockholm · <a href="/shop/privacy">${word('foot.privacy')}</a> ·
      <button class="as-link" id="cookies">${word('foot.cookies')}</button> ·
      <a href="/shop/account">${word('head.account')}</a>
    </p>
  `;
}

export function listenToFooter(root: HTMLElement): void {
  root.querySelector('#cookies')!.addEventListener('click', () => window.beckonBanner?.open());
  onSubmit(root.querySelector<HTMLFormElement>('#newsletter')!, async (fields, form) => {
    const email = String(fields.get('email'));
    // The shop's server asserts it; a page saying so would not be believed.
    const { state } = await ask<{ state: string }>('newsletter', {
      email,
      consent: true,
      ecid: await visitorId(),
      timeZone: timeZone(),
      language: language(),
    });
    form.reset();
    say(word(state === 'pending' ? 'foot.pending' : 'foot.signedUp', { email }));
  });
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
