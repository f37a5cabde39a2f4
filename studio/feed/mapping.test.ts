import { expect, it } from 'vitest';
import { choiceOf, mappingAfter } from './mapping.ts';

const preview = {
  columns: [
    { name: 'sku', samples: [], field: 'id' },
    { name: 'title', samples: [], field: 'name' },
    { name: 'note', samples: [], field: 'attributes.note' },
    { name: 'secret', samples: [], field: null },
  ],
  mapping: {
    fields: { id: { column: 'sku' }, name: { column: 'title' } },
    others: 'attributes' as const,
    decimal: '.' as const,
  },
};

it('a column becomes what was chosen, and the others stay what they were', () => {
  expect(mappingAfter(preview, 'note', 'name')).toEqual({
    fields: { id: { column: 'sku' }, name: { column: 'note' } },
    others: 'leave',
    decimal: '.',
  });
  expect(mappingAfter(preview, 'title', 'attribute').fields).toEqual({
    id: { column: 'sku' },
    'attributes.note': { column: 'note' },
    'attributes.title': { column: 'title' },
  });
  expect(mappingAfter(preview, 'note', 'none').fields).toEqual({ id: { column: 'sku' }, name: { column: 'title' } });
});

it('shows what a column is', () => {
  expect([choiceOf('id'), choiceOf('attributes.note'), choiceOf(null)]).toEqual(['id', 'attribute', 'none']);
});
