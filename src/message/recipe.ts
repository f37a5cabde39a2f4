import { readFileSync } from 'node:fs';
import type { TemplateSource } from './table-template.ts';

/** The templates that come with Beckon, and the pieces they share; read from the files beside this one. */

/** Components with parameters that any template may use: `{{fragment id="product-card" item=line}}`. */
export interface Fragment {
  parameters: string[];
  mjml: string;
  text: string;
}

/** The text of a file in the folder `template`. */
function file(name: string): string {
  return readFileSync(new URL(`./template/${name}`, import.meta.url), 'utf8');
}

/** What stands around a mail: with the way to unsubscribe, or, about something the reader has just done, without. */
export const layouts = {
  marketing: { mjml: file('layout.mjml'), text: file('layout.txt') },
  transactional: { mjml: file('layout-notice.mjml'), text: file('layout-notice.txt') },
};

export const fragments: Record<string, Fragment> = {
  'product-card': {
    parameters: ['item'],
    mjml: file('product-card.mjml'),
    text: file('product-card.txt'),
  },
};

const answer = 'context.journey.actions.Recommend';

/** A letter that is a heading, a sentence and up to six items. `heading` is what stands behind a first name, or alone. */
interface ItemLetter {
  key: string;
  subject: string;
  preheader: string;
  heading: string;
  sentence: string;
  button: string;
  /** Which list of the answer is shown. */
  list?: 'items' | 'cart';
}

function itemLetter({ key, subject, preheader, list = 'items', ...words }: ItemLetter): TemplateSource {
  const [first, rest] = [words.heading.charAt(0), words.heading.slice(1)];
  const heading = `{%#if profile.firstName%}{{profile.firstName}}, ${first.toLowerCase()}{%else%}${first}{%/if%}${rest}`;
  const parts: Record<string, string> = { ...words, heading, list: `${answer}.${list}` };
  const filled = (name: string) => file(name).replaceAll(/\[(\w+)\]/g, (_, part: string) => parts[part]!);
  return {
    key,
    subject,
    preheader,
    mjml: filled('item-letter.mjml'),
    text: filled('item-letter.txt'),
    requires: [`${answer}.${list}`],
  };
}

/** One for each of the recipes. The action is called `Recommend`; its answer has `items` and, for a cart, `cart`. */
export const recipeTemplates: readonly TemplateSource[] = [
  {
    key: 'abandoned-cart',
    subject: `Your cart at {{shop.name}}: {{${answer}.cart[0].name}}{%#if count(${answer}.cart) > 1%} and {%= count(${answer}.cart) - 1 %} more{%/if%}`,
    preheader: 'We kept everything in it, so you can go on where you stopped.',
    mjml: file('abandoned-cart.mjml'),
    text: file('abandoned-cart.txt'),
    requires: [`${answer}.cart`],
  },
  itemLetter({
    key: 'viewed-not-bought',
    subject: `Still thinking about {{${answer}.items[0].name}}?`,
    preheader: 'What you looked at last is here, with today’s prices.',
    heading: 'Still looking?',
    sentence: 'These are what you looked at last, so you need not search for them again.',
    button: 'Look again',
  }),
  itemLetter({
    key: 'only-wandered',
    subject: 'A few things from {{shop.name}}',
    preheader: 'Picked for you from what is in stock today at our shop.',
    heading: 'Good to have had you here',
    sentence: 'A few things you may like to see when you come by again.',
    button: 'Visit the shop',
  }),
  itemLetter({
    key: 'welcome',
    subject: 'Welcome to {{shop.name}}',
    preheader: 'Good that you are here. This is what others like most at the moment.',
    heading: 'Good that you are here',
    sentence:
      'We write when there is something worth your time. To begin with, this is what others like most at the moment.',
    button: 'Look around',
  }),
  itemLetter({
    key: 'win-back',
    subject: 'It has been a while: a few things we think you will like',
    preheader: 'Chosen by what you looked at and bought, from what is in stock today.',
    heading: 'It has been a while',
    sentence: 'These we chose by what you liked before, from what is in stock today.',
    button: 'See what is new',
  }),
  itemLetter({
    key: 'price-drop',
    subject: `{{${answer}.cart[0].name}} costs less now`,
    preheader: 'What you looked at has become cheaper. These are today’s prices.',
    heading: 'This costs less now',
    sentence: 'You looked at it, and its price has gone down since.',
    button: 'Have a look',
    list: 'cart',
  }),
  itemLetter({
    key: 'back-in-stock',
    subject: `{{${answer}.cart[0].name}} is back`,
    preheader: 'What you looked at was sold out, and can be had again.',
    heading: 'This is back',
    sentence: 'You looked at it, it was sold out, and now it can be had again.',
    button: 'Have a look',
    list: 'cart',
  }),
  itemLetter({
    key: 'goes-with-it',
    subject: 'What goes with what you bought',
    preheader: 'Others who bought the same chose these with it. All of them are in stock.',
    heading: 'We hope you like it',
    sentence: 'Others who bought the same chose these with it.',
    button: 'See more',
  }),
  itemLetter({
    key: 'replenish',
    subject: 'Time for more?',
    preheader: 'What you buy again and again, in stock and at today’s prices.',
    heading: 'Is it time for more?',
    sentence: 'It was about now that you came for these the last time.',
    button: 'Order again',
  }),
  {
    // The second half of a double opt-in. Its words are the form's own, in the language it was filled in.
    key: 'confirm-signup',
    class: 'transactional',
    subject: '{{context.texts.mailSubject}}',
    preheader: '{{context.texts.mailBody}}',
    mjml: file('confirm-signup.mjml'),
    text: file('confirm-signup.txt'),
    requires: ['context.texts.mailHeading', 'message.confirmUrl'],
  },
  {
    // To those who run the shop: what is wrong, or over again.
    key: 'owner-alert',
    class: 'transactional',
    subject: '{{context.subject}}',
    preheader: '{{context.notices[0].text}}',
    mjml: file('owner-alert.mjml'),
    text: file('owner-alert.txt'),
    requires: ['context.subject', 'context.notices'],
  },
];
