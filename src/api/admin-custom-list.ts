import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { customLimits } from '../recommend/index.ts';
import { keyOf } from './admin-activity.ts';
import { CustomListInput, CustomListRow, CustomListView, CustomUpload } from './contract-custom-list.ts';
import { cellIn } from './csv-out.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Refused rows of one answer. */
const mostRefused = 1000;
const mostRows = 500;

/** Doors of the lists that a shop uploads (recommendations CUS-1 to 5). */
export function customListDoors(make: Make, house: House): void {
  const { customLists } = house;
  make({
    method: 'GET',
    path: '/custom-lists',
    scope: 'read',
    summary: 'Uploaded lists.',
    answer: Type.Object({ lists: Type.Array(CustomListView) }),
    work: async () => ({ lists: customLists.list().map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/custom-lists/:key',
    scope: 'read',
    summary: 'One uploaded list.',
    answer: CustomListView,
    work: async (call) => viewOf(customLists.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/custom-lists/:key',
    scope: 'items',
    summary: 'Make a list, or change what it says of itself. Its rows stay.',
    body: CustomListInput,
    answer: CustomListView,
    work: async (call) => {
      const { name, expires = false } = call.body;
      return viewOf(await customLists.put({ key: keyOf(call.part('key')), name, expires }));
    },
  });
  make({
    method: 'DELETE',
    path: '/custom-lists/:key',
    scope: 'items',
    summary: 'Remove a list that no criterion shows.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await customLists.remove(call.part('key'));
      return { removed: true };
    },
  });
  rowDoors(make, house);
}

function rowDoors(make: Make, { customLists }: House): void {
  make({
    method: 'GET',
    path: '/custom-lists/:key/rows',
    scope: 'read',
    summary: 'Rows of a list, in order of their keys. Those that have expired are among them until the next upload.',
    query: { after: 'Key after which to begin', limit: `How many, at most ${mostRows}; 100 when left out` },
    answer: Type.Object({ rows: Type.Array(CustomListRow) }),
    work: async (call) => {
      const after = call.has('after') ? (call.query('after') ?? '') : null;
      const rows = await customLists.rows(call.part('key'), { after, limit: limitOf(call) });
      return { rows: rows.map((row) => ({ ...row, uploadedAt: new Date(row.uploadedAt).toISOString() })) };
    },
  });
  make({
    method: 'POST',
    path: '/custom-lists/:key/rows',
    scope: 'items',
    summary:
      'Upload rows as CSV: a key, then item ids in order; also what download.csv of a criterion gave. Bad rows are refused one by one.',
    raw: ['text/csv', 'text/plain'],
    limit: customLimits.octets,
    query: {
      mode: '`replace` (usual): what the file does not name goes; `merge`: it stays',
      dry: '`true`: write nothing, and tell what would be done',
    },
    answer: CustomUpload,
    work: async (call) => {
      const dry = call.query('dry') === 'true';
      const how = { text: call.text, mode: modeOf(call), dry, plain: cellIn };
      const { kept, removed, refused } = await customLists.upload(call.part('key'), how);
      const shown = refused.slice(0, mostRefused);
      return { kept, removed, refused: shown, more: refused.length - shown.length, written: !dry };
    },
  });
}

function modeOf(call: Call<unknown>): 'replace' | 'merge' {
  const mode = call.query('mode') ?? 'replace';
  if (mode === 'replace' || mode === 'merge') return mode;
  throw new BeckonError(errors.API_INPUT_INVALID, `mode "${mode}" is neither replace nor merge`, { where: 'mode' });
}

function limitOf(call: Call<unknown>): number {
  const text = call.query('limit');
  const limit = text === undefined ? 100 : Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostRows) return limit;
  throw new BeckonError(errors.API_INPUT_INVALID, `limit "${text}" is not a whole number from 1 to ${mostRows}`, {
    where: 'limit',
  });
}

function viewOf(list: ReturnType<House['customLists']['get']>): object {
  return { ...list, uploadedAt: list.uploadedAt === null ? null : new Date(list.uploadedAt).toISOString() };
}
