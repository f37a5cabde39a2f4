import type { Item } from '../catalog/index.ts';
import type { RecommendationAnswer, RecommendedItem } from './answer.ts';

/** Invented items that a design is tried with before it is saved. */
export type Sample = 'plain' | 'odd' | 'bare';
export const samples: readonly Sample[] = ['plain', 'odd', 'bare'];

/** What breaks a document that is put together from texts. */
const oddText = 'Quote " and \' back \\ slash </script> & <b> \u2028 line\nbreak \t{{x}} $entity1.id ${user.x} é 漢';

/** An answer with so many items; `bare` ones have nothing but an id and a name. */
export function sampleAnswer(sample: Sample, count: number): RecommendationAnswer {
  const items = Array.from({ length: count }, (_, i) => sampleRecommended(sample, i + 1));
  return {
    status: 'ok',
    count,
    filledBy: { criteria: count, promotion: 0, backup: 0 },
    criterion: { key: 'sample', title: sample === 'odd' ? oddText : 'Goes with it' },
    key: [`${sample}-1`],
    cart: [],
    items,
    filtered: [],
    requestId: 'sample',
    trackingToken: 'sample',
    age: 0,
  };
}

function sampleRecommended(sample: Sample, rank: number): RecommendedItem {
  const item = sampleItem(sample)(`${sample}-${rank}`)!;
  const { id, name, url, imageUrl, currency } = item;
  const price = sample === 'bare' ? null : 19.5;
  const category = item.categories[0] ?? '';
  const reason = sample === 'odd' ? oddText : 'Often bought together';
  return {
    id,
    name,
    url,
    imageUrl,
    currency,
    price,
    category,
    source: 'criteria',
    criterion: 'sample',
    score: 1,
    rank,
    reason,
    because: [],
  };
}

/** The catalogue of a sample: it has every id. Attributes that a shop may have are there as well. */
export function sampleItem(sample: Sample): (id: string) => Item | undefined {
  const text = (usual: string) => (sample === 'odd' ? oddText : usual);
  const isBare = sample === 'bare';
  return (id) => ({
    id,
    name: text(`Item ${id}`),
    categories: isBare ? [] : [text('coats')],
    priceMinor: isBare ? null : 1950,
    currency: isBare ? null : 'EUR',
    stock: isBare ? null : 7,
    url: isBare ? null : `https://shop.example/p/${id}?a=1&b=2`,
    imageUrl: isBare ? null : `https://shop.example/i/${id}.png`,
    attributes: isBare
      ? {}
      : { message: text('A word'), brand: text('Brand'), margin: 0.3, colours: [text('red'), 'blue'] },
    variantOf: null,
    updatedAt: 0,
  });
}
