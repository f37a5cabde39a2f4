import { forget } from '../cart.ts';
import { onSubmit, say } from '../frame.ts';
import { html } from '../html.ts';
import type { Page } from '../page.ts';
import { ask, setPerson, signedIn, timeZone } from '../server.ts';
import type { Person } from '../server.ts';
import { collects, forgetVisitor, setCollect, visitorId } from '../tell.ts';

/** People of the demo, to be with one click. */
const demoPeople = [
  { firstName: 'Ada', email: 'ada@example.com' },
  { firstName: 'Jonas', email: 'jonas@example.com' },
  { firstName: 'Mira', email: 'mira@example.com' },
];

export function account(): Page {
  return { title: 'Account', name: 'account', section: 'account', body: html`<div id="account"></div>`, shown: draw };
}

function draw(root: HTMLElement): void {
  const box = root.querySelector<HTMLElement>('#account')!;
  const person = signedIn();
  box.innerHTML = (person ? signedInBody(person) : signInBody()).text;
  if (person) onSubmit(box.querySelector<HTMLFormElement>('#sign-out')!, signOut);
  else {
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
}

async function signIn(root: HTMLElement, who: { email: string; firstName: string; consent: boolean }): Promise<void> {
  // Only the shop's server can say who this is: it knows, and it has the key.
  const { person } = await ask<{ person: Person }>('sign-in', {
    ...who,
    ecid: await visitorId(),
    timeZone: timeZone(),
  });
  setPerson(person);
  dispatchEvent(new Event('person'));
  draw(root);
  say(`Signed in as ${person.email}.`);
}

async function signOut(): Promise<void> {
  await ask('sign-out', { ecid: await visitorId() });
  forget();
  forgetVisitor();
  // Loaded anew, so that the next person at this device is a new visitor.
  location.assign('/shop');
}

function signInBody() {
  return html`
    <h1>Sign in</h1>
    <p class="lead">The demo asks for no password. Do not use it with addresses of people who do not know.</p>
    <form id="sign-in" class="stack">
      <label>E-mail<input type="email" name="email" required autocomplete="email" /></label>
      <label>First name<input name="firstName" autocomplete="given-name" maxlength="60" /></label>
      <label class="tick">
        <input type="checkbox" name="consent" />
        You may send me mail about what I looked at or left in the cart.
      </label>
      <button>Sign in</button>
    </form>
    <h2>Or be somebody of the demo</h2>
    <p class="quiet">They have agreed to receive mail.</p>
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

function signedInBody({ email, firstName }: Person) {
  return html`
    <h1>${firstName ? `Hello ${firstName}` : 'Your account'}</h1>
    <p class="lead">Signed in as ${email}.</p>
    <p><a href="/shop/privacy">What we collect and send</a></p>
    <form id="sign-out"><button class="quiet-button">Sign out</button></form>
    <p class="quiet">On a shared device this also empties the cart here and starts a new visitor.</p>
  `;
}

export function privacy(): Page {
  return {
    title: 'Privacy',
    name: 'privacy',
    section: 'privacy',
    body: html`<h1>Privacy</h1>
      <div id="privacy" class="reading"></div>`,
    shown: drawPrivacy,
  };
}

function drawPrivacy(root: HTMLElement): void {
  const box = root.querySelector<HTMLElement>('#privacy')!;
  const on = collects();
  const person = signedIn();
  box.innerHTML = html`
    <h2>What you do here</h2>
    <p>
      We note which pages and products you look at and what is in your cart, under a random number in a cookie. It never
      leaves this shop's own server.
    </p>
    <p><b>${on ? 'Collecting is on.' : 'Collecting is off: nothing you do here is noted.'}</b></p>
    <form id="collect"><button class="quiet-button">${on ? 'Stop collecting' : 'Allow collecting'}</button></form>
    <h2>Mail</h2>
    ${
      person
        ? html`
            <p>Mail about products goes to ${person.email} if you agreed to it. You can say so anew at any time.</p>
            <div class="people">
              <form class="mail" data-state="in"><button class="quiet-button">Send me mail</button></form>
              <form class="mail" data-state="out"><button class="quiet-button">Send me none</button></form>
            </div>
          `
        : html`<p>
            <a href="/shop/account">Sign in</a> to change what we may send you. Each mail can be stopped by its own link
            too.
          </p>`
    }
  `.text;
  onSubmit(box.querySelector<HTMLFormElement>('#collect')!, async () => {
    await setCollect(on ? 'out' : 'in');
    drawPrivacy(root);
    say(on ? 'Collecting is off.' : 'Collecting is on.');
  });
  for (const form of box.querySelectorAll<HTMLFormElement>('.mail'))
    onSubmit(form, async () => {
      await ask('consent', { emailMarketing: form.dataset['state'] });
      say(form.dataset['state'] === 'in' ? 'We may send you mail.' : 'We send you no more mail about products.');
    });
}
