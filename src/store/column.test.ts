import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import {
  bigintColumn,
  boolColumn,
  doubleColumn,
  intColumn,
  jsonColumn,
  smallintColumn,
  textColumn,
  timeColumn,
  uuidColumn,
} from './column.ts';

const text = fc.string({ unit: 'binary', maxLength: 60 }).map((value) => value.replaceAll('\u0000', '0'));
const row = fc.record({
  shard: fc.integer({ min: -32768, max: 32767 }),
  version: fc.maxSafeInteger(),
  moves: fc.integer(),
  is: fc.boolean(),
  name: fc.option(text),
  state: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(text, fc.integer(), fc.boolean())),
  at: fc.option(fc.integer({ min: -8e12, max: 9e12 })),
  share: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))),
  id: fc.uuid(),
});

it('carries whole columns to the database and back, whatever stands in them, none at all included', async () => {
  const store = await freshStore([]);
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 8 }), async (rows) => {
      const found = await store.rows({
        name: 'column.test',
        text: `select shard, version, "is", name, state::text as state, extract(epoch from at) * 1000 as at, share, id, moves
          from unnest($1::smallint[], $2::bigint[], $3::bool[], $4::text[], $5::jsonb[], $6::timestamptz[], $7::float8[], $8::uuid[], $9::int[])
            with ordinality as t(shard, version, "is", name, state, at, share, id, moves, place) order by place`,
        values: [
          smallintColumn(rows.map(({ shard }) => shard)),
          bigintColumn(rows.map(({ version }) => version)),
          boolColumn(rows.map((one) => one.is)),
          textColumn(rows.map(({ name }) => name)),
          jsonColumn(rows.map(({ state }) => JSON.stringify(state))),
          timeColumn(rows.map(({ at }) => at)),
          doubleColumn(rows.map(({ share }) => share)),
          uuidColumn(rows.map(({ id }) => id)),
          intColumn(rows.map(({ moves }) => moves)),
        ],
      });
      const read = found.map((one) => {
        const { state, ...rest } = one as { state: string };
        return { ...rest, state: JSON.parse(state) as unknown };
      });
      expect(read).toEqual(rows.map((one) => ({ ...one, state: { ...one.state } })));
    }),
    { numRuns: 60 },
  );
});

it('refuses what is no UUID or no time, the first with the code the database would give', () => {
  expect(() => uuidColumn(['nobody'])).toThrow(expect.objectContaining({ code: '22P02' }));
  expect(() => uuidColumn(['0'.repeat(33)])).toThrow(expect.objectContaining({ code: '22P02' }));
  expect(() => uuidColumn([`zz${'0'.repeat(30)}`])).toThrow(expect.objectContaining({ code: '22P02' }));
  expect(() => timeColumn([Number.NaN])).toThrow(RangeError);
});
