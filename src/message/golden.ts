import type { Item } from '../catalog/index.ts';
import { blankState, viewOf, type ProfileView } from '../profile/index.ts';
import { listOf, showsList, type TemplateDocument } from './block.ts';
import type { Components } from './component.ts';
import { everyPart, listsShown } from './component-use.ts';

/** Golden recipients: the people and carts that break mails. Previews and the checks at save render for each. Pure. */

export const goldenKeys = ['usual', 'long-name', 'no-name', 'empty-cart', 'twelve-items', 'swedish', 'german'] as const;
export type GoldenKey = (typeof goldenKeys)[number];

export interface Golden {
  key: GoldenKey;
  profile: ProfileView;
  context: Record<string, unknown>;
}

const people: Record<GoldenKey, { firstName?: string; language: string; cart: number; items: number }> = {
  usual: { firstName: 'Ada', language: 'en', cart: 3, items: 4 },
  'long-name': { firstName: 'Maximiliane-Alexandrina Wolfeschlegelsteinhausen', language: 'en', cart: 2, items: 4 },
  'no-name': { language: 'en', cart: 2, items: 4 },
  'empty-cart': { firstName: 'Ada', language: 'en', cart: 0, items: 0 },
  'twelve-items': { firstName: 'Ada', language: 'en', cart: 12, items: 12 },
  swedish: { firstName: 'Åsa', language: 'sv', cart: 2, items: 4 },
  german: { firstName: 'Jürgen', language: 'de', cart: 2, items: 4 },
};

/** Why an item is shown, as the recommender says it to readers of each language. */
const because: Record<string, string> = {
  en: 'Often bought together',
  sv: 'Köps ofta tillsammans',
  de: 'Oft zusammen gekauft',
};

/** What a golden recipient is shown of; `ids` are items in stock, and fewer than twelve come again. */
export function goldenOf(
  key: GoldenKey,
  {
    document,
    components,
    ids,
    now,
  }: { document: TemplateDocument; components: Components; ids: readonly string[]; now: number },
): Golden {
  const { firstName, language, cart, items } = people[key];
  const state = {
    ...blankState(now),
    email: 'golden@example.com',
    language,
    attributes: (firstName === undefined ? {} : { firstName }) as Record<string, string>,
  };
  const profile = viewOf({ id: '00000000-0000-0000-0000-000000000000', shard: 0, version: 0, state }, now);
  const entry = (no: number) => ({ id: ids[no % ids.length]!, reason: no % 2 === 0 ? because[language] : null });
  const lines = Array.from({ length: cart }, (_, no) => ({ ...entry(no), reason: null, quantity: (no % 3) + 1 }));
  const shown = Array.from({ length: items }, (_, no) => entry(no + cart));
  const context = {
    language,
    subject: 'Something needs a look',
    texts: {
      mailSubject: 'Please confirm',
      mailHeading: 'Please confirm your address',
      mailBody: 'You asked for mails from us. Press the button, and they come.',
      mailButton: 'Yes, send me mails',
      mailIgnore: 'Was it not you? Then do nothing.',
    },
    notices: [{ what: 'Started', at: '10:00', title: 'Mails wait', text: 'The mail host does not answer.' }],
    journey: { events: { entry: {} }, actions: { Recommend: { trackingToken: 'golden', cart: lines, items: shown } } },
  };
  for (const block of document.blocks) {
    if (!showsList(block)) continue;
    const isCart = block.kind === 'cart' || /cart/.test(block.list ?? '');
    fill(context, listOf(block), isCart ? lines : shown);
  }
  for (const list of listsShown(document, components)) fill(context, list, /cart/.test(list) ? lines : shown);
  return { key, profile, context: { ...context, coupon: couponsOf(document, components) } };
}

/** Codes as they will look; real ones are given out when a mail is made. */
function couponsOf(document: TemplateDocument, components: Components): Record<string, string> {
  const parts = everyPart(document, components);
  return Object.fromEntries(
    parts.flatMap(({ block }) => (block.kind === 'coupon' ? [[block.code, 'SAMPLE-4T7K']] : [])),
  );
}

/** Puts a list where a block looks for it, unless something stands there. */
function fill(context: Record<string, unknown>, path: string, list: unknown[]): void {
  const names = path.split('.').slice(1);
  let at = context;
  for (const name of names.slice(0, -1)) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    if (typeof next !== 'object' || next === null) at[name] = {};
    at = at[name] as Record<string, unknown>;
  }
  const last = names.at(-1)!;
  if (!Object.hasOwn(at, last)) at[last] = list;
}

/** Twelve items that are in no catalogue, for checks that must not hang on what is sold today. */
export function goldenItems(publicUrl: string): Map<string, Item> {
  const items = Array.from({ length: 12 }, (_, no): Item => ({
    id: `golden-${no + 1}`,
    name: no === 0 ? 'Winter coat in boiled wool with a detachable hood' : `Golden item number ${no + 1}`,
    categories: ['golden'],
    priceMinor: 12900 + no * 100,
    currency: 'EUR',
    stock: 5,
    url: `${publicUrl}/golden/${no + 1}`,
    imageUrl: `${publicUrl}/golden/${no + 1}.png`,
    attributes: {},
    variantOf: null,
    updatedAt: 0,
  }));
  return new Map(items.map((item) => [item.id, item]));
}
