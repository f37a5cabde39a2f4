import { describe, expect, it } from 'vitest';
import { newsletterWording } from '../beckon.ts';
import { catalogue, categories, sizesOf } from '../catalogue.ts';
import { narrow, readFilter } from './filter.ts';
import { de } from './words/de.ts';
import { en } from './words/en.ts';
import { goodsDe, goodsSv } from './words/goods.ts';
import { postsDe, postsEn, postsSv } from './words/posts.ts';
import { sv } from './words/sv.ts';

const items = catalogue('/shop');

describe('the words of the shop', () => {
  it('fill in the same places in every language', () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const table of [sv, de]) {
      expect(Object.keys(table).sort()).toEqual(Object.keys(en).sort());
      for (const [key, text] of Object.entries(en))
        expect(places(table[key as keyof typeof en]), key).toEqual(places(text));
    }
  });

  it('beside the newsletter’s box are those that are kept as agreed to', () => {
    const beside = Object.fromEntries(
      Object.entries({ en, sv, de }).map(([language, table]) => [language, table['foot.newsletterConsent']]),
    );
    expect(beside).toEqual(newsletterWording);
  });

  it('name every thing, its colour, pattern and material, and every category', () => {
    for (const goods of [goodsSv, goodsDe]) {
      for (const { id, attributes } of items) {
        expect(goods.models, id).toHaveProperty([attributes.cut]);
        expect(goods.colours, id).toHaveProperty([attributes.colour]);
        expect(goods.patterns, id).toHaveProperty([attributes.pattern]);
        expect(goods.materials, id).toHaveProperty([attributes.material]);
      }
      expect(Object.keys(goods.categories)).toEqual(categories.map(({ slug }) => slug));
    }
  });

  it('tell the same posts at the same addresses', () => {
    const shape = (posts: typeof postsEn) =>
      posts.map(({ slug, picture, paragraphs }) => [slug, picture, paragraphs.length]);
    expect(shape(postsSv)).toEqual(shape(postsEn));
    expect(shape(postsDe)).toEqual(shape(postsEn));
  });
});

describe('sizes', () => {
  it('share the whole stock of a piece of clothing, and nothing else has any', () => {
    for (const item of items) {
      const sizes = sizesOf(item);
      const sum = sizes.reduce((all, { stock }) => all + stock, 0);
      expect(sum, item.id).toBe(sizes.length === 0 ? 0 : item.stock);
    }
    const kinds = new Set(items.filter((item) => sizesOf(item).length > 0).map(({ attributes }) => attributes.kind));
    expect([...kinds]).toEqual(['coat', 'sweat', 'knit']);
  });
});

describe('narrow()', () => {
  const coats = items.filter(({ attributes }) => attributes.kind === 'coat');
  const by = (query: string) => narrow(coats, readFilter(new URLSearchParams(query)), ({ name }) => name);

  it('keeps what is of one of the colours, in stock in one of the sizes, of the maker, and not dearer', () => {
    expect(by('')).toHaveLength(25);
    expect(new Set(by('colour=navy&colour=oat').map(({ attributes }) => attributes.colour))).toEqual(
      new Set(['navy', 'oat']),
    );
    expect(by('size=XS').map(({ id }) => id)).not.toContain('coat-1');
    expect(
      by('price=250&maker=Nordvik').every(({ price, attributes }) => price <= 250 && attributes.brand === 'Nordvik'),
    ).toBe(true);
    expect(by('stock=1').map(({ id }) => id)).not.toContain('coat-14');
  });

  it('sorts, and takes what it does not know for the usual order', () => {
    const prices = by('sort=cheap').map(({ price }) => price);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(by('sort=dear')[0]!.price).toBe(Math.max(...prices));
    expect(by('sort=odd&price=x')).toEqual(by(''));
  });
});
