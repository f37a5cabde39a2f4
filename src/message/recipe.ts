import type { Block, TemplateDocument } from './block.ts';
import { letters, type Letter } from './recipe-letter.ts';

/** The templates that come with Beckon, as documents of blocks like a shop's own. */
export type RecipeTemplate = TemplateDocument & { key: string };

type ByLanguage = Record<'en' | 'sv' | 'de', string>;
const answer = 'context.journey.actions.Recommend';
const cartLink = `{{shop.url}}/cart?items={{#each ${answer}.cart as |line|}}{{line.id}}:{{line.quantity}}{{#unless @last}},{{/unless}}{{/each}}`;

/** What stands behind a first name, or alone: "Ada, your cart …" and "Your cart …". None begins with a noun. */
function called(words: ByLanguage): ByLanguage {
  return each(words, (said, language) => {
    const [first, rest] = [said.charAt(0), said.slice(1)];
    // "Ihr" and "Sie" keep their capitals in a German letter.
    const small = language === 'de' && /^(Ihr|Sie)\b/.test(said) ? first : first.toLowerCase();
    return `{%#if profile.firstName%}{{profile.firstName}}, ${small}{%else%}${first}{%/if%}${rest}`;
  });
}

function each(words: ByLanguage, make: (said: string, language: string) => string): ByLanguage {
  return { en: make(words.en, 'en'), sv: make(words.sv, 'sv'), de: make(words.de, 'de') };
}

const heading = (words: ByLanguage): Block => ({ kind: 'text', look: 'heading', words: called(words) });

/** A letter that is a heading, a sentence and up to six items. */
function itemLetter({ key, name, subject, preheader, list = 'items', ...words }: Letter): RecipeTemplate {
  return {
    key,
    name,
    subject: each(subject, (said) => said.replace('[item]', `{{${answer}.${list}[0].name}}`)),
    preheader,
    blocks: [
      heading(words.heading),
      { kind: 'text', words: words.sentence },
      { kind: 'products', list: `${answer}.${list}`, limit: 6 },
      { kind: 'button', words: words.button, href: '{{shop.url}}' },
      { kind: 'footer' },
    ],
  };
}

const more = (word: string) =>
  `{%#if count(${answer}.cart) > 1%} ${word.replace('#', `{%= count(${answer}.cart) - 1 %}`)}{%/if%}`;

/** One for each of the recipes. The action is called `Recommend`; its answer has `items` and, for a cart, `cart`. */
export const recipeTemplates: readonly RecipeTemplate[] = [
  {
    key: 'abandoned-cart',
    name: 'Abandoned cart',
    subject: {
      en: `Your cart at {{shop.name}}: {{${answer}.cart[0].name}}${more('and # more')}`,
      sv: `Din kundvagn hos {{shop.name}}: {{${answer}.cart[0].name}}${more('och # till')}`,
      de: `Ihr Warenkorb bei {{shop.name}}: {{${answer}.cart[0].name}}${more('und # weitere')}`,
    },
    preheader: {
      en: 'We kept everything in it, so you can go on where you stopped.',
      sv: 'Vi har sparat allt i den, så att du kan fortsätta där du slutade.',
      de: 'Wir haben alles aufgehoben, damit Sie weitermachen können, wo Sie waren.',
    },
    blocks: [
      heading({
        en: 'Your cart is still here',
        sv: 'Din kundvagn finns kvar',
        de: 'Ihr Warenkorb ist noch da',
      }),
      {
        kind: 'text',
        words: {
          en: 'You left it without finishing. We kept what you chose, so you can go on where you stopped, on any device.',
          sv: 'Du gick utan att bli klar. Vi har sparat det du valde, så att du kan fortsätta där du slutade, på vilken enhet som helst.',
          de: 'Sie sind gegangen, ohne fertig zu werden. Wir haben aufgehoben, was Sie gewählt haben, damit Sie auf jedem Gerät weitermachen können.',
        },
      },
      { kind: 'cart', list: `${answer}.cart`, limit: 12, total: true },
      {
        kind: 'button',
        words: { en: 'Back to your cart', sv: 'Tillbaka till kundvagnen', de: 'Zurück zum Warenkorb' },
        href: cartLink,
      },
      {
        kind: 'products',
        list: `${answer}.items`,
        limit: 4,
        whenEmpty: 'hide',
        title: { en: 'Goes well with it', sv: 'Passar bra till', de: 'Passt gut dazu' },
      },
      { kind: 'footer' },
    ],
  },
  ...letters.map(itemLetter),
  {
    // The second half of a double opt-in. Its words are the form's own, in the language it was filled in.
    key: 'confirm-signup',
    name: 'Confirm a sign-up',
    class: 'transactional',
    subject: '{{context.texts.mailSubject}}',
    preheader: '{{context.texts.mailBody}}',
    requires: ['context.texts.mailHeading', 'message.confirmUrl'],
    blocks: [
      { kind: 'text', look: 'heading', words: '{{context.texts.mailHeading}}' },
      { kind: 'text', words: '{{context.texts.mailBody}}' },
      { kind: 'button', words: '{{context.texts.mailButton}}', href: '{{message.confirmUrl}}' },
      { kind: 'text', look: 'quiet', words: '{{context.texts.mailIgnore}}' },
      { kind: 'footer' },
    ],
  },
  {
    // A few words that a program of the shop sends, without a template of its own (`POST /v1/messages`).
    key: 'plain-notice',
    name: 'A few words',
    class: 'transactional',
    subject: '{{context.subject}}',
    preheader: '{{context.paragraphs[0]}}',
    requires: ['context.subject', 'context.paragraphs'],
    blocks: [
      { kind: 'text', look: 'heading', words: '{{context.subject}}' },
      {
        kind: 'mjml',
        mjml: `<mj-section><mj-column>
<mj-raw>{{#each context.paragraphs as |paragraph|}}</mj-raw>
<mj-text css-class="bk-ink" padding="0 8px 12px">{{paragraph}}</mj-text>
<mj-raw>{{/each}}</mj-raw>
</mj-column></mj-section>`,
        text: `{{#each context.paragraphs as |paragraph|}}
{{paragraph}}

{{/each}}`,
      },
      { kind: 'footer' },
    ],
  },
  {
    // To those who run the shop: what is wrong, or over again.
    key: 'owner-alert',
    name: 'Word to the owners',
    class: 'transactional',
    subject: '{{context.subject}}',
    preheader: '{{context.notices[0].text}}',
    requires: ['context.subject', 'context.notices'],
    blocks: [
      {
        kind: 'mjml',
        mjml: `<mj-section><mj-column>
<mj-raw>{{#each context.notices as |notice|}}</mj-raw>
<mj-text css-class="bk-quiet" padding="8px 8px 0" font-size="14px" line-height="21px" color="#5f6368">{{notice.what}} · {{notice.at}}</mj-text>
<mj-text css-class="bk-ink" padding="0 8px" font-size="20px" line-height="28px" font-weight="600">{{notice.title}}</mj-text>
<mj-text css-class="bk-ink" padding="0 8px 12px">{{notice.text}}</mj-text>
<mj-raw>{{/each}}</mj-raw>
</mj-column></mj-section>`,
        text: `{{#each context.notices as |notice|}}
{{notice.what}} · {{notice.at}}
{{notice.title}}
{{notice.text}}

{{/each}}`,
      },
      { kind: 'footer' },
    ],
  },
];

/** A mail with one of everything, by which a theme is looked at. */
export const specimen: TemplateDocument = {
  name: 'Specimen',
  subject: '{{shop.name}}',
  blocks: [
    heading({ en: 'This is how it looks', sv: 'Så här ser det ut', de: 'So sieht es aus' }),
    {
      kind: 'text',
      words: {
        en: 'Words stand like this, and [links]({{shop.url}}) like that.',
        sv: 'Ord står så här, och [länkar]({{shop.url}}) så där.',
        de: 'Wörter stehen so, und [Links]({{shop.url}}) so.',
      },
    },
    { kind: 'cart', list: `${answer}.cart`, limit: 2, total: true, whenEmpty: 'hide' },
    { kind: 'button', words: { en: 'A button', sv: 'En knapp', de: 'Ein Knopf' }, href: '{{shop.url}}' },
    { kind: 'products', list: `${answer}.items`, limit: 2, whenEmpty: 'hide' },
    { kind: 'coupon', code: 'CODE' },
    {
      kind: 'button',
      look: 'outline',
      words: { en: 'A quieter one', sv: 'En stillsammare', de: 'Ein leiserer' },
      href: '{{shop.url}}',
    },
    { kind: 'divider' },
    { kind: 'social', links: [{ name: 'Instagram', href: 'https://instagram.example' }] },
    { kind: 'footer' },
  ],
};
