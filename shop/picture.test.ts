import { describe, expect, it } from 'vitest';
import { catalogue, categories } from './catalogue.ts';
import { drawPng } from './draw.ts';
import { picture } from './picture.ts';

const items = catalogue('https://shop.example/shop');

describe('the catalogue', () => {
  it('has 200 items, 25 in each of 8 categories, with ids and names that are used once', () => {
    expect(items).toHaveLength(200);
    expect(new Set(items.map((item) => item.id)).size).toBe(200);
    expect(new Set(items.map((item) => item.name)).size).toBe(200);
    for (const { slug } of categories)
      expect(
        items.filter((item) => item.categories[0] === slug),
        slug,
      ).toHaveLength(25);
  });

  it('is the same each time, with whole cents and addresses under the shop', () => {
    expect(catalogue('https://shop.example/shop')).toEqual(items);
    for (const item of items) {
      expect(Number.isInteger(Math.round(item.price * 1e6) / 1e4), `${item.id} costs ${item.price}`).toBe(true);
      expect(item.url).toBe(`https://shop.example/shop/p/${item.id}`);
      expect(item.imageUrl).toBe(`https://shop.example/shop/picture/${item.id}.png`);
    }
  });

  it('has a few sold out, and the items that the guides name in stock', () => {
    const gone = items.filter((item) => item.stock === 0).map((item) => item.id);
    expect(gone).toHaveLength(6);
    for (const id of ['coat-1', 'coat-2', 'sweat-1', 'sweat-3', 'watch-7']) expect(gone).not.toContain(id);
  });
});

describe('the pictures', () => {
  it('differ for all 200 items', () => {
    expect(new Set(items.map(picture)).size).toBe(200);
  });

  it('become PNG files of 480 pixels and at most 25 kB, also where the weave is busy', async () => {
    for (const id of ['coat-20', 'coat-3', 'textile-25', 'watch-7']) {
      const png = await drawPng(picture(items.find((item) => item.id === id)!));
      const view = new DataView(png.buffer, png.byteOffset);
      expect([...png.subarray(1, 4)].map((code) => String.fromCodePoint(code)).join('')).toBe('PNG');
      expect([view.getUint32(16), view.getUint32(20)]).toEqual([480, 480]);
      expect(png.length, id).toBeLessThan(25_000);
    }
  });

  it('say which silhouette is missing', () => {
    const [item] = items;
    expect(() => picture({ attributes: { ...item!.attributes, cut: 'cape' } })).toThrow('coat/cape');
  });
});
