import { expect, it } from 'vitest';
import { anItem } from '../../test/support/message.ts';
import { recipes } from '../journey/index.ts';
import { blankState, viewOf } from '../profile/index.ts';
import { showsList } from './block.ts';
import { compileDocument } from './compile.ts';
import { compilePieces } from './compiled.ts';
import { recipeTemplates } from './recipe.ts';
import { renderMail } from './render.ts';
import { shopTheme } from './theme.ts';

const now = Date.UTC(2026, 10, 23, 9);

/** Recipes whose mail shows a recommended list: how many of it are asked for, and how many are shown. */
const shown = recipes().flatMap(({ key, activities }) => {
  const all = Object.values(activities);
  const asked = all.flatMap((one) => (one.kind === 'action' ? [(one.body as { limit?: number }).limit ?? 0] : []));
  return all.flatMap((one) => {
    const template = one.kind === 'message' ? recipeTemplates.find((mail) => mail.key === one.message) : undefined;
    const grid = template?.blocks.find((block) => showsList(block) && block.list?.endsWith('.items'));
    return template && grid && showsList(grid) ? [{ key, template, asked: asked[0]!, limit: grid.limit! }] : [];
  });
});

it('has recipes that show a recommended list', () => {
  expect(shown.map(({ key }) => key)).toEqual(expect.arrayContaining(['abandoned-cart', 'viewed-not-bought']));
});

it.each(shown)('$key asks for spares, so that sold-out items leave no gap', async ({ template, asked, limit }) => {
  const ids = Array.from({ length: asked }, (_one, no) => `item-${no}`);
  const compiled = compilePieces(
    { key: 'test', version: 1 },
    await compileDocument('test', template, { theme: shopTheme }),
  );
  const entry = (id: string) => ({ id, quantity: 1 });
  const answer = { trackingToken: 'r1', items: ids.map(entry), cart: [entry('kept')] };

  const made = renderMail(
    {
      template: compiled,
      messageId: '00000000-0000-0000-0000-000000000000',
      context: { journey: { actions: { Recommend: answer } } },
      profile: viewOf({ id: 'p', shard: 0, version: 0, state: { ...blankState(now), language: 'en' } }, now),
      now,
      timeZone: 'UTC',
    },
    {
      shop: { name: 'Lumen & Loom', url: 'https://shop.example' },
      publicUrl: 'https://mail.shop.example',
      postalAddress: 'Storgatan 1',
      hosts: new Set(['shop.example', 'mail.shop.example']),
      linkKey: Buffer.alloc(32, 1),
      // Two of those that were recommended were sold since.
      item: (id) => anItem(id, id === 'item-0' || id === 'item-2' ? { stock: 0 } : {}),
    },
  );

  if (!('mail' in made)) throw new Error(JSON.stringify(made));
  const positions = new Set(made.mail.links.flatMap(({ item, position }) => (item === 'kept' ? [] : (position ?? []))));
  expect(positions.size).toBe(limit);
});
