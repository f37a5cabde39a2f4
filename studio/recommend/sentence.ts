import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { joinWords } from '../journey/sentence.ts';
import { roughly } from '../ui/format.ts';
import { type Key, type Say, isKey } from '../words/words.ts';

/** What a criterion says, as the doors take it; without what is noted of it. */
export type Content = Omit<
  CriterionView,
  | 'key'
  | 'number'
  | 'version'
  | 'shipped'
  | 'needs'
  | 'ready'
  | 'lacks'
  | 'createdAt'
  | 'updatedAt'
  | 'updatedBy'
  | 'title'
  | 'description'
> & { title?: string; description?: string };
export type Algorithm = Content['algorithm'];
export type KeyChoice = NonNullable<Content['rulesKey']>;
export type Rule = NonNullable<Content['rules']>[number];
type Popular = Extract<Algorithm, { kind: 'popular' }>;

/** The words for things that only the house knows by key: other criteria. */
export type NameOf = (criterion: string) => string;

/** How it finds items, in one sentence. Pure. */
export function howOf(algorithm: Algorithm, say: Say, nameOf: NameOf): string {
  switch (algorithm.kind) {
    case 'cart':
      return algorithm.action === undefined
        ? say('criteria.how.cart')
        : say(`criteria.how.cart.${algorithm.action}`, { counted: countedBy(algorithm.basis, say) });
    case 'item': {
      const values = { item: keyWords(algorithm.item, say), counted: countedBy(algorithm.basis, say) };
      return say(`criteria.how.item.${algorithm.action}`, values);
    }
    case 'similar':
      return say('criteria.how.similar', { item: keyWords(algorithm.item, say) });
    case 'for-you':
      return say(algorithm.leftInCart === true ? 'criteria.how.left-in-cart' : 'criteria.how.for-you');
    case 'popular':
      return popularWords(algorithm, say);
    case 'custom':
      return customWords(algorithm, say);
    case 'sequence':
      return say('criteria.how.sequence', {
        members: algorithm.members
          .map(({ criterion, slots }) =>
            slots === undefined
              ? nameOf(criterion)
              : say('criteria.how.member', { name: nameOf(criterion), count: slots }),
          )
          .join(', '),
      });
    default:
      return say(`criteria.how.${algorithm.kind}`);
  }
}

function countedBy(basis: 'session' | 'visitor' | undefined, say: Say): string {
  return basis === 'visitor' ? say('criteria.counted') : '';
}

/** Which item it is about: "the item of the page". */
export function keyWords(choice: KeyChoice, say: Say): string {
  if (choice.from === 'attribute') return say('criteria.key.attribute', { attribute: choice.attribute });
  return say(`criteria.key.${choice.from}`);
}

function popularWords({ action, event = '', metric, within }: Popular, say: Say): string {
  const what = say(`criteria.how.popular.${metric ?? action}`, { event });
  return within === undefined ? what : `${what} ${withinWords(within, say)}`;
}

function withinWords(within: NonNullable<Popular['within']>, say: Say): string {
  if ('category' in within) return say(`criteria.within.${within.category.from}`);
  if ('visitors' in within) return say('criteria.within.visitors', { names: joinWords(within.visitors, say) });
  return say('criteria.within.attribute', { item: within.item, profile: within.profile });
}

function customWords({ list, by }: Extract<Algorithm, { kind: 'custom' }>, say: Say): string {
  const what = say('criteria.how.custom', { list });
  if (by === undefined) return what;
  if ('item' in by) return `${what}, ${say('criteria.by.item', { item: keyWords(by.item, say) })}`;
  if ('category' in by) return `${what}, ${say(`criteria.by.${by.category.from}`)}`;
  return `${what}, ${say('criteria.by.attribute', { attribute: by.attribute })}`;
}

const spans = { '6h': 6, '1d': 24, '2d': 48, '7d': 168, '14d': 336, '30d': 720, '61d': 1464 } as const;

/** How far back it looks; null where that has no meaning. Pure. */
export function windowOf({ algorithm, window = '30d' }: Pick<Content, 'algorithm' | 'window'>, say: Say) {
  if (!hasWindow(algorithm.kind)) return null;
  if (window === 'ever') return say('criteria.window.ever');
  return say('criteria.window', { time: spanWords(window, say) });
}

/** "6 hours", "30 days". */
export function spanWords(window: keyof typeof spans, say: Say): string {
  const hours = spans[window];
  return hours === 24 ? say('duration.d', { count: 1 }) : roughly(hours * 3600, say);
}

export const hasWindow = (kind: Algorithm['kind']): boolean =>
  !['similar', 'recent', 'custom', 'sequence'].includes(kind);

/** Who fills what it leaves empty. Pure. */
export function fillOf({ backup = {} }: Pick<Content, 'backup'>, say: Say, nameOf: NameOf): string {
  const { when = 'fill', chain = [] } = backup;
  if (when === 'none') return say('criteria.fill.none');
  const names = chain.map(nameOf).join(', ');
  const kind = `criteria.fill.${when}` as const;
  return names === '' ? say(kind) : say(`${kind}.chain`, { names });
}

type Hide = Required<NonNullable<Content['hide']>>;
export const hides = ['purchased', 'viewed', 'cart', 'variants'] as const;

/** What it hides, with what is usual for its algorithm (src/recommend/sieve.ts). Pure. */
export function hidingOf({ algorithm, hide = {} }: Pick<Content, 'algorithm' | 'hide'>): Hide {
  const { kind } = algorithm;
  return {
    purchased: hide.purchased ?? !['recent', 'next-basket', 'sequence'].includes(kind),
    viewed: hide.viewed ?? ['for-you', 'session'].includes(kind),
    cart: hide.cart ?? (kind === 'for-you' && algorithm.leftInCart !== true),
    variants: hide.variants ?? ['cart', 'item', 'similar'].includes(kind),
  };
}

/** All that a criterion says, a sentence each, without rules as they are written. Pure. */
export function sentencesOf(content: Content, say: Say, nameOf: NameOf): string[] {
  const { algorithm, price, leastStock, partial, explore } = content;
  const hidden = hides.filter((what) => hidingOf(content)[what]).map((what) => say(`criteria.hide.${what}`));
  const said = [
    howOf(algorithm, say, nameOf),
    windowOf(content, say),
    ...keySentences(algorithm, say),
    hidden.length === 0 ? say('criteria.hidesNothing') : say('criteria.hides', { what: joinWords(hidden, say) }),
    priceOf(price, say),
    leastStock === undefined ? null : say('criteria.leastStock', { count: leastStock }),
    explore === true ? say('criteria.explores') : null,
    fillOf(content, say, nameOf),
    content.backup?.ruled === false ? say('criteria.unruled') : null,
    partial === false ? say('criteria.whole') : null,
  ];
  return said.filter((text) => text !== null).map((text) => `${text.replace(/\.$/, '')}.`);
}

function keySentences(algorithm: Algorithm, say: Say): string[] {
  const { when = 'none', nth = 1 } = ('keys' in algorithm ? algorithm.keys : undefined) ?? {};
  return [
    ...(nth > 1 ? [say('criteria.keys.nth', { nth })] : []),
    ...(when === 'none' ? [] : [say(`criteria.keys.${when}`)]),
  ];
}

function priceOf(price: Content['price'], say: Say): string | null {
  if (price?.min !== undefined && price.max !== undefined) {
    return say('criteria.price.between', { min: price.min, max: price.max });
  }
  if (price?.min !== undefined) return say('criteria.price.from', { min: price.min });
  return price?.max === undefined ? null : say('criteria.price.upTo', { max: price.max });
}

/** A rule as one line of text: a condition as it stands, a matcher of Target as its JSON. */
export const ruleText = (rule: Rule): string => (typeof rule === 'string' ? rule : JSON.stringify(rule));

/** The rule that kept items out, in the reader's words where it is one of the house's own. Pure. */
export function filteredWords(rule: string, say: Say): string {
  const key = `filtered.${rule}`;
  if (isKey(key)) return say(key);
  const [, kind, name] = /^(exclusion|collection) "(.*)"$/s.exec(rule) ?? [];
  return kind === undefined ? rule : say(`filtered.${kind}` as Key, { name: name ?? '' });
}

/** A kind of evidence in the reader's words; as it came where we have none. Pure. */
export function evidenceWords(algorithm: string, say: Say): string {
  const key = `evidence.${algorithm}`;
  return isKey(key) ? say(key) : algorithm;
}

/** Why a criterion gave nothing, in the reader's words where we have them. Pure. */
export function noteWords(note: string, say: Say): string {
  const key = `asked.${note}`;
  return isKey(key) ? say(key) : note;
}
