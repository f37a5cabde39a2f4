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

/** One for each of the three recipes. The action is called `Recommend`; its answer has `items` and, for a cart, `cart`. */
export const recipeTemplates: readonly TemplateSource[] = [
  {
    key: 'abandoned-cart',
    subject: `Your cart at {{shop.name}}: {{${answer}.cart[0].name}}{%#if count(${answer}.cart) > 1%} and {%= count(${answer}.cart) - 1 %} more{%/if%}`,
    preheader: 'We kept everything in it, so you can go on where you stopped.',
    mjml: file('abandoned-cart.mjml'),
    text: file('abandoned-cart.txt'),
    requires: [`${answer}.cart`],
  },
  {
    key: 'viewed-not-bought',
    subject: `Still thinking about {{${answer}.items[0].name}}?`,
    preheader: 'What you looked at last is here, with today’s prices.',
    mjml: file('viewed-not-bought.mjml'),
    text: file('viewed-not-bought.txt'),
    requires: [`${answer}.items`],
  },
  {
    key: 'only-wandered',
    subject: 'A few things from {{shop.name}}',
    preheader: 'Picked for you from what is in stock today at our shop.',
    mjml: file('only-wandered.mjml'),
    text: file('only-wandered.txt'),
    requires: [`${answer}.items`],
  },
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
];
