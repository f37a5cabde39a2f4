import { forget } from '../cart.ts';
import { onSubmit, say } from '../frame.ts';
import { html, type Markup } from '../html.ts';
import type { Page } from '../page.ts';
import { ask, find, type Order, type Person, setPerson, signedIn, timeZone } from '../server.ts';
import { answered, forgetVisitor, setCollect, visitorId } from '../tell.ts';
import { day, language, money, nameOf, word } from '../words.ts';

/** People of the demo, to be with one click. */
const demoPeople = [
  { firstName: 'Ada', email: 'ada@example.com' },
  { firstName: 'Jonas', email: 'jonas@example.com' },
  { firstName: 'Mira', email: 'mira@example.com' },
];

export function account(): Page {
  const body = html`<div id="account"></div>`;
  return { title: word('account.title'), name: 'account', section: 'account', body, shown: draw };
}

function draw(root: HTMLElement): void {
  const box = root.querySelector<HTMLElement>('#account')!;
  const person = signedIn();
  box.innerHTML = (person ? signedInBody(person) : signInBody()).text;
  if (person) {
    onSubmit(box.querySelector<HTMLFormElement>('#sign-out')!, signOut);
    void drawOrders(box.querySelector<HTMLElement>('#orders')!);
    return;
  }
  onSubmit(box.querySelector<HTMLFormElement>('#sign-in')!, async (fields) => {
    await signIn(root, {
      email: String(fields.get('email')),
      firstName: String(fields.get('firstName')),
      consent: fields.get('consent') === 'on',
    });
  });
  for (const form of box.querySelectorAll<HTMLFormElement>('.demo-person'))
    onSubmit(form, async () => signIn(root, { ...demoPeople[Number(form.dataset['at'])]!, consent: true }));
}

async function signIn(root: HTMLElement, who: { email: string; firstName: string; consent: boolean }): Promise<void> {
  // Only the shop's server can say who this is: it knows, and it has the key.
  const { person } = await ask<{ person: Person }>('sign-in', {
    ...who,
    ecid: await visitorId(),
    timeZone: timeZone(),
    language: language(),
  });
  setPerson(person);
  dispatchEvent(new Event('person'));
  draw(root);
  say(word('account.as', { email: person.email }));
}

async function signOut(): Promise<void> {
  await ask('sign-out', { ecid: await visitorId() });
  forget();
  forgetVisitor();
  // Loaded anew, so that the next person at this device is a new visitor.
  location.assign('/shop');
}

function signInBody(): Markup {
  return html`
    <h1>${word('account.signIn')}</h1>
    <p class="lead">${word('account.lead')}</p>
    <form id="sign-in" class="stack">
      <label>${word('form.email')}<input type="email" name="email" required autocomplete="email" /></label>
      <label>${word('account.firstName')}<input name="firstName" autocomplete="given-name" maxlength="60" /></label>
      <label class="tick"><input type="checkbox" name="consent" /> ${word('account.consent')}</label>
      <button>${word('account.signIn')}</button>
    </form>
    <h2>${word('account.demo')}</h2>
    <p class="quiet">${word('account.demoLead')}</p>
    <div class="people">
      ${demoPeople.map(
        ({ firstName, email }, at) =>
          html`<form class="demo-person" data-at="${at}">
            <button class="quiet-button">${firstName}<span>${email}</span></button>
          </form>`,
      )}
    </div>
  `;
}

function signedInBody({ email, firstName }: Person): Markup {
  return html`
    <h1>${firstName ? word('account.hello', { name: firstName }) : word('account.yours')}</h1>
    <p class="lead">${word('account.as', { email })}</p>
    <h2>${word('account.orders')}</h2>
    <div id="orders" aria-busy="true"></div>
    <p class="apart"><a href="/shop/privacy">${word('account.privacy')}</a></p>
    <form id="sign-out"><button class="quiet-button">${word('account.signOut')}</button></form>
    <p class="quiet">${word('account.shared')}</p>
  `;
}

async function drawOrders(box: HTMLElement): Promise<void> {
  try {
    const { orders } = await ask<{ orders: Order[] }>('orders');
    box.innerHTML = (
      orders.length === 0
        ? html`<p class="quiet">${word('account.noOrders')}</p>`
        : html`<ul class="orders">
            ${orders.map(orderRow)}
          </ul>`
    ).text;
  } catch (error) {
    box.textContent = (error as Error).message;
  }
  box.removeAttribute('aria-busy');
}

function orderRow({ id, at, total, cancelled, items }: Order): Markup {
  const bought = items.flatMap((id) => find(id) ?? []);
  return html`
    <li>
      <div class="order-head">
        <b>${word('account.order', { date: day(at) })}</b>
        <span>${money(total)}${cancelled ? ` · ${word('account.cancelled')}` : ''}</span>
        <code>${id}</code>
      </div>
      <ul class="bought">
        ${bought.map(
          (item) =>
            html`<li>
              <a href="/shop/p/${item.id}"
                ><img src="${item.imageUrl}" alt="" width="56" height="56" /><span>${nameOf(item)}</span></a
              >
            </li>`,
        )}
      </ul>
    </li>
  `;
}

export function privacy(): Page {
  return {
    title: word('privacy.title'),
    name: 'privacy',
    section: 'privacy',
    body: html`<h1>${word('privacy.title')}</h1>
      <div id="privacy" class="reading"></div>`,
    shown(root) {
      drawPrivacy(root);
      // The banner may answer the same question while this page stands open.
      document.addEventListener('beckon:consent', () => drawPrivacy(root), { once: true });
    },
  };
}

function drawPrivacy(root: HTMLElement): void {
  const box = root.querySelector<HTMLElement>('#privacy');
  if (!box) return;
  const state = answered();
  const person = signedIn();
  box.innerHTML = html`
    <h2>${word('privacy.what')}</h2>
    <p>${word('privacy.text')}</p>
    <p><b>${word(state === 'in' ? 'privacy.on' : state === 'out' ? 'privacy.off' : 'privacy.open')}</b></p>
    <form id="collect">
      <button class="quiet-button">${word(state === 'in' ? 'privacy.stop' : 'privacy.allow')}</button>
    </form>
    <h2>${word('privacy.mail')}</h2>
    ${
      person
        ? html`
            <p>${word('privacy.mailText', { email: person.email })}</p>
            <div class="people">
              <form class="mail" data-state="in">
                <button class="quiet-button">${word('privacy.mailIn')}</button>
              </form>
              <form class="mail" data-state="out">
                <button class="quiet-button">${word('privacy.mailOut')}</button>
              </form>
            </div>
          `
        : html`<p><a href="/shop/account">${word('account.signIn')}</a>. ${word('privacy.signIn')}</p>`
    }
  `.text;
  onSubmit(box.querySelector<HTMLFormElement>('#collect')!, async () => {
    await setCollect(state === 'in' ? 'out' : 'in');
    document.querySelector('#beckon-banner')?.remove();
    drawPrivacy(root);
    say(word(state === 'in' ? 'privacy.off' : 'privacy.on'));
  });
  for (const form of box.querySelectorAll<HTMLFormElement>('.mail'))
    onSubmit(form, async () => {
      await ask('consent', { emailMarketing: form.dataset['state'] });
      say(word(form.dataset['state'] === 'in' ? 'privacy.saidIn' : 'privacy.saidOut'));
    });
}
