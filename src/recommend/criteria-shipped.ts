import type { CriterionAlgorithm, CriterionContent, CriterionDefinition, KeyChoice } from './criterion-definition.ts';
import type { RelatedAction } from './source.ts';

interface Shipped extends Omit<CriterionContent, 'name' | 'description' | 'titles'> {
  key: string;
  name: string;
  /** English, Swedish, German. */
  said: [string, string, string];
  description: string;
}

type From = Exclude<KeyChoice['from'], 'attribute'>;

const related = (action: RelatedAction, from: From = 'current'): CriterionAlgorithm => ({
  kind: 'item',
  action,
  item: { from },
  ...(from === 'current' ? {} : { keys: { when: 'next' } }),
});
const similar = (from: From): CriterionAlgorithm => ({
  kind: 'similar',
  item: { from },
  ...(from === 'current' ? {} : { keys: { when: 'next' } }),
});
const inCategory = (action: 'viewed' | 'bought', from: 'current' | 'favourite'): CriterionAlgorithm => ({
  kind: 'popular',
  action,
  within: { category: { from } },
  ...(from === 'current' ? {} : { keys: { when: 'next' } }),
});

const category = ['category', 'product'];
const product = ['product', 'cart'];

/** In the order of their numbers, which stay: new ones go to the end. */
const all: Shipped[] = [
  {
    key: 'cart-based',
    name: 'Cart',
    said: ['Goes well with your cart', 'Passar till din varukorg', 'Passt zu Ihrem Warenkorb'],
    description:
      'What others bought or put in the cart together with these items, by pairs and by whole carts, then what they looked at together; popular items fill in.',
    algorithm: { kind: 'cart' },
    pageTypes: ['cart'],
  },
  {
    key: 'recently-viewed',
    name: 'Recently viewed',
    said: ['You looked at these', 'Du tittade på dessa', 'Das haben Sie angesehen'],
    description: 'The items this person viewed last, newest first; popular items fill in.',
    algorithm: { kind: 'recent' },
    pageTypes: ['home', 'product', 'cart'],
  },
  {
    key: 'viewed-together',
    name: 'Viewed this, viewed that',
    said: ['Others also looked at', 'Andra tittade också på', 'Andere sahen sich auch an'],
    description: 'What people look at in the same visit as this item; popular items fill in.',
    algorithm: related('viewed-viewed'),
    pageTypes: product,
  },
  {
    key: 'popular',
    name: 'Most viewed',
    said: ['Popular right now', 'Populärt just nu', 'Gerade beliebt'],
    description: 'The items most visits of the last week looked at.',
    algorithm: { kind: 'popular', action: 'viewed' },
    window: '7d',
  },
  {
    key: 'top-sellers',
    name: 'Top sellers',
    said: ['Selling well', 'Säljer bra', 'Verkauft sich gut'],
    description: 'The items bought in most visits of the last month; popular items fill in.',
    algorithm: { kind: 'popular', action: 'bought' },
  },
  {
    key: 'for-you',
    name: 'Recommended for you',
    said: ['Picked for you', 'Utvalt för dig', 'Für Sie ausgewählt'],
    description: 'By all that this person viewed, put in the cart and bought, and what people alike did.',
    algorithm: { kind: 'for-you' },
    pageTypes: ['home', 'cart', 'thank-you'],
    backup: { chain: ['favourite-category'] },
  },
  {
    key: 'session',
    name: 'This visit',
    said: ['You may also like', 'Du kanske också gillar', 'Das könnte Ihnen gefallen'],
    description: 'By what is looked at in this visit, in its order, and what visits like it went on to.',
    algorithm: { kind: 'session' },
    pageTypes: product,
    backup: { chain: ['viewed-together', 'similar'] },
  },
  {
    key: 'viewed-then-bought',
    name: 'Viewed this, bought that',
    said: ['What others bought in the end', 'Vad andra köpte till slut', 'Was andere am Ende kauften'],
    description: 'What was bought by those who looked at this item, in the same visit or within a week.',
    algorithm: related('viewed-bought'),
    pageTypes: product,
    backup: { chain: ['viewed-together'] },
  },
  {
    key: 'bought-together',
    name: 'Bought this, bought that',
    said: ['Often bought together', 'Köps ofta tillsammans', 'Oft zusammen gekauft'],
    description: 'What is bought together with this item.',
    algorithm: related('bought-bought'),
    window: '61d',
    pageTypes: product,
    backup: { chain: ['viewed-then-bought'] },
  },
  {
    key: 'similar',
    name: 'Similar items',
    said: ['Similar to this', 'Liknande', 'Ähnliche Artikel'],
    description: 'Items like this one by their words and attributes; needs no behaviour, so it knows new items too.',
    algorithm: similar('current'),
    pageTypes: product,
    backup: { chain: ['popular-in-category'] },
  },
  {
    key: 'popular-in-category',
    name: 'Most viewed in the category',
    said: ['Popular in this category', 'Populärt i kategorin', 'Beliebt in dieser Kategorie'],
    description: 'The items of the current category that most visits of the last week looked at.',
    algorithm: inCategory('viewed', 'current'),
    window: '7d',
    pageTypes: category,
  },
  {
    key: 'favourite-category',
    name: 'Most viewed in the favourite category',
    said: ['From what you like most', 'Från det du gillar mest', 'Aus dem, was Sie am liebsten mögen'],
    description: 'Popular items of the category this person likes most, then of the next.',
    algorithm: inCategory('viewed', 'favourite'),
    pageTypes: ['home'],
  },
  {
    key: 'left-in-cart',
    name: 'Left in the cart, then for you',
    said: ['Still in your cart', 'Ligger kvar i din varukorg', 'Noch in Ihrem Warenkorb'],
    description: 'What this person put in the cart and did not buy, newest first, then what is recommended for them.',
    algorithm: { kind: 'for-you', leftInCart: true },
    pageTypes: ['home'],
    backup: { chain: ['favourite-category'] },
  },
  {
    key: 'next-basket',
    name: 'Buy again, and next',
    said: ['Time for these again?', 'Dags för dessa igen?', 'Wieder Zeit dafür?'],
    description:
      'What this person buys again and again, and what people with the same orders buy; for mails and batches.',
    algorithm: { kind: 'next-basket' },
    pageTypes: ['home', 'other'],
    backup: { chain: ['for-you'] },
  },
  {
    key: 'cart-viewed-viewed',
    name: 'Cart: viewed these, viewed those',
    said: ['Others also looked at', 'Andra tittade också på', 'Andere sahen sich auch an'],
    description: 'What is looked at in the same visits as the items of the cart, each line weighing the same.',
    algorithm: { kind: 'cart', action: 'viewed-viewed' },
    pageTypes: ['cart'],
  },
  {
    key: 'cart-viewed-bought',
    name: 'Cart: viewed these, bought those',
    said: ['What others bought in the end', 'Vad andra köpte till slut', 'Was andere am Ende kauften'],
    description: 'What is bought by those who looked at the items of the cart, each line weighing the same.',
    algorithm: { kind: 'cart', action: 'viewed-bought' },
    pageTypes: ['cart'],
  },
  {
    key: 'cart-bought-bought',
    name: 'Cart: bought these, bought those',
    said: ['Often bought together', 'Köps ofta tillsammans', 'Oft zusammen gekauft'],
    description: 'What is bought together with the items of the cart, each line weighing the same.',
    algorithm: { kind: 'cart', action: 'bought-bought' },
    window: '61d',
    pageTypes: ['cart'],
  },
  ...byPast(),
  {
    key: 'site-affinity',
    name: 'Site affinity',
    said: ['Goes with this', 'Passar ihop med den här', 'Passt dazu'],
    description: 'What is viewed, put in the cart or bought in the same visits as this item.',
    algorithm: related('site-affinity'),
    pageTypes: product,
  },
  {
    key: 'site-affinity-last-viewed',
    name: 'Site affinity with the last viewed',
    said: ['Goes with what you looked at', 'Passar till det du tittade på', 'Passt zu dem, was Sie ansahen'],
    description: 'What is viewed, put in the cart or bought in the same visits as the item this person viewed last.',
    algorithm: related('site-affinity', 'last-viewed'),
    pageTypes: ['home'],
  },
  {
    key: 'top-sellers-in-category',
    name: 'Top sellers in the category',
    said: ['Selling well in this category', 'Säljer bra i kategorin', 'Verkauft sich gut in dieser Kategorie'],
    description: 'The items of the current category that were bought in most visits of the last month.',
    algorithm: inCategory('bought', 'current'),
    pageTypes: category,
    backup: { chain: ['popular-in-category'] },
  },
  {
    key: 'top-sellers-favourite-category',
    name: 'Top sellers in the favourite category',
    said: ['Best of what you like most', 'Det bästa av det du gillar', 'Das Beste aus dem, was Sie mögen'],
    description: 'The best sellers of the category this person likes most, then of the next.',
    algorithm: inCategory('bought', 'favourite'),
    pageTypes: ['home'],
    backup: { chain: ['favourite-category'] },
  },
  {
    key: 'trending',
    name: 'Most viewed in the last six hours',
    said: ['Everybody is looking at', 'Alla tittar på', 'Gerade sehr gefragt'],
    description: 'The items most visits of the last six hours looked at.',
    algorithm: { kind: 'popular', action: 'viewed' },
    window: '6h',
  },
  {
    key: 'popular-today',
    name: 'Most viewed today',
    said: ['Popular today', 'Populärt i dag', 'Heute beliebt'],
    description: 'The items most visits of the last 24 hours looked at.',
    algorithm: { kind: 'popular', action: 'viewed' },
    window: '1d',
  },
  {
    key: 'popular-this-month',
    name: 'Most viewed this month',
    said: ['Popular this month', 'Populärt denna månad', 'Beliebt in diesem Monat'],
    description: 'The items most visits of the last 30 days looked at.',
    algorithm: { kind: 'popular', action: 'viewed' },
    window: '30d',
  },
  {
    key: 'top-sellers-this-week',
    name: 'Top sellers this week',
    said: ['Best of the week', 'Veckans bästa', 'Bestseller der Woche'],
    description: 'The items bought in most visits of the last seven days.',
    algorithm: { kind: 'popular', action: 'bought' },
    window: '7d',
  },
  {
    key: 'most-carted',
    name: 'Most put in the cart',
    said: ['Often put in the cart', 'Läggs ofta i varukorgen', 'Oft in den Warenkorb gelegt'],
    description: 'The items put in the cart in most visits of the last week.',
    algorithm: { kind: 'popular', action: 'carted' },
    window: '7d',
  },
  {
    key: 'welcome-back',
    name: 'Welcome back',
    said: ['Welcome back', 'Välkommen tillbaka', 'Willkommen zurück'],
    description: 'Two items the person viewed last, then what is recommended for them, then their favourite category.',
    algorithm: {
      kind: 'sequence',
      members: [
        { criterion: 'recently-viewed', slots: 2 },
        { criterion: 'for-you' },
        { criterion: 'favourite-category' },
      ],
    },
    pageTypes: ['home', 'landing'],
  },
];

/** Item lists about an item of the person's own past: for pages and mails without an item. */
function byPast(): Shipped[] {
  const pasts: { from: From; name: string; said: [string, string, string] }[] = [
    {
      from: 'last-viewed',
      name: 'last viewed',
      said: ['what you looked at', 'det du tittade på', 'dem, was Sie ansahen'],
    },
    { from: 'last-purchased', name: 'last bought', said: ['what you bought', 'det du köpte', 'dem, was Sie kauften'] },
    { from: 'most-viewed', name: 'most viewed', said: ['your favourites', 'dina favoriter', 'Ihren Favoriten'] },
  ];
  return pasts.flatMap(({ from, name, said: [en, sv, de] }): Shipped[] => {
    const backup = { chain: [`similar-${from}`] };
    const pageTypes = ['home', 'landing', 'other'];
    const about = `the item this person has ${name}, then the one before it`;
    return [
      {
        key: `viewed-together-${from}`,
        name: `Viewed this, viewed that, by the ${name}`,
        said: [`Because of ${en}`, `Utifrån ${sv}`, `Nach ${de}`],
        description: `What people look at in the same visit as ${about}.`,
        algorithm: related('viewed-viewed', from),
        pageTypes,
        backup,
      },
      {
        key: `viewed-then-bought-${from}`,
        name: `Viewed this, bought that, by the ${name}`,
        said: [`Others bought after ${en}`, `Andra köpte efter ${sv}`, `Andere kauften nach ${de}`],
        description: `What was bought by those who looked at ${about}.`,
        algorithm: related('viewed-bought', from),
        pageTypes,
        backup,
      },
      {
        key: `bought-together-${from}`,
        name: `Bought this, bought that, by the ${name}`,
        said: [`Goes with ${en}`, `Passar till ${sv}`, `Passt zu ${de}`],
        description: `What is bought together with ${about}.`,
        algorithm: related('bought-bought', from),
        window: '61d',
        pageTypes,
        backup,
      },
      {
        key: `similar-${from}`,
        name: `Similar to the ${name}`,
        said: [`Like ${en}`, `Liknar ${sv}`, `Ähnlich ${de}`],
        description: `Items like ${about}, by their words and attributes.`,
        algorithm: similar(from),
        pageTypes,
      },
    ];
  });
}

/** Criteria that come with Beckon: they can be copied, not changed. */
export const shippedCriteria: readonly CriterionDefinition[] = all.map(({ said: [en, sv, de], ...one }, i) => ({
  ...one,
  titles: { en, sv, de },
  number: i + 1,
  version: 1,
  shipped: true,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: null,
}));
