import { BeckonError } from '../base/index.ts';
import type { Call } from './door.ts';
import { errors } from './error.ts';

/** What lists are sorted and found by. */
export interface Listed {
  id: number;
  name: string;
  /** ISO 8601 in UTC. */
  lastModified: string;
}

/** Query parameters of lists. */
export const listQuery = {
  offset: 'How many are passed over; 0',
  limit: 'How many at most; all',
  orderby: 'id, name or lastModified, with + or - before it; +id',
  name: 'Only those whose name contains this, whatever the capitals',
};

const unbounded = 2_147_483_647;

/** A page of a list. @throws API_INPUT_INVALID */
export function pageFor<T extends Listed>(call: Pick<Call<unknown>, 'query'>, rows: readonly T[]): object {
  const offset = wholeNumber(call.query('offset'), 'offset') ?? 0;
  const limit = wholeNumber(call.query('limit'), 'limit') ?? unbounded;
  const sought = call.query('name')?.toLowerCase();
  const found = sought === undefined ? [...rows] : rows.filter(({ name }) => name.toLowerCase().includes(sought));
  const list = found.sort(orderOf(call.query('orderby') ?? 'id')).slice(offset, offset + limit);
  return { offset, limit, total: found.length, list };
}

function orderOf(text: string): (a: Listed, b: Listed) => number {
  // A plus in an address reads as a space, which is gone by now.
  const [, sign, field] = /^([+-]?)\s*(id|name|lastModified)$/.exec(text) ?? [];
  if (field === undefined) {
    throw new BeckonError(errors.API_INPUT_INVALID, `"${text.slice(0, 80)}" is none of id, name and lastModified`, {
      where: 'orderby',
    });
  }
  const turn = sign === '-' ? -1 : 1;
  const by = field as keyof Listed;
  return (a, b) => (a[by] === b[by] ? a.id - b.id : a[by] < b[by] ? -turn : turn);
}

function wholeNumber(text: string | undefined, where: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new BeckonError(errors.API_INPUT_INVALID, `"${text.slice(0, 80)}" is not a whole number from 0`, { where });
}

/** What Target notes of every resource. Beckon keeps no address of who wrote. */
export function notesOf({ number, at, by }: { number: number; at: number; by: string | null }): Omit<Listed, 'name'> {
  const noted = { id: number, lastModified: shortIso(at), lastModifiersName: by ?? '', lastModifiersEmail: '' };
  return noted;
}

/** ISO 8601 in UTC, without milliseconds where there are none. */
export function shortIso(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** Runs one at a time: two that are made at once of one name must not become one. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
}
