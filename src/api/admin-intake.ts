import type { TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { IntakeReport } from './contract-in.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { adminLimits, parseJson } from './json.ts';
import { assertNotBusy } from './problem.ts';
import { readRows, serverEvent, splitRows, type ReadRows } from './row.ts';

/** What a body that is held as a whole may have, octets. */
export const tenMebibytes = 10 * 1024 * 1024;
const json = 'application/json';
const lines = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];
const batch = 1000;

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors by which the shop's server writes: items, profiles, events. */
export function intakeDoors(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/items',
    scope: 'items',
    summary: 'Upsert items: a JSON array, NDJSON or CSV. Missing fields keep, null clears, bad rows are refused alone.',
    raw: [json, ...lines, 'text/csv'],
    limit: tenMebibytes,
    answer: IntakeReport,
    work: (call) => takeItems(call, house),
  });
  make({
    method: 'POST',
    path: '/events',
    scope: 'events',
    summary: 'What the shop server says has happened, with its own times: a JSON array or NDJSON.',
    raw: [json, ...lines],
    limit: tenMebibytes,
    answer: IntakeReport,
    work: (call) => takeRows(call, house, (value) => serverEvent(value, house.clock.now())),
  });
}

async function takeItems(call: Call<unknown>, house: House): Promise<IntakeReport> {
  if (call.kind === json) {
    // Read once here for the limits of every JSON door; the catalogue reads it for what it means.
    const value = parseJson(call.text, { ...adminLimits, keys: 10_000 });
    const text = Array.isArray(value) ? call.text : `[${call.text}]`;
    return { repeated: 0, ...(await house.items.load(text, 'json')) };
  }
  return { repeated: 0, ...(await house.items.load(call.text, call.kind === 'text/csv' ? 'csv' : 'ndjson')) };
}

/** Rows of a body that is held as a whole. */
export async function takeRows(
  call: Pick<Call<unknown>, 'text' | 'kind'>,
  house: House,
  read: Parameters<typeof readRows>[1],
): Promise<IntakeReport> {
  assertNotBusy(house.events.waiting, house.settings.queueLimit ?? 20_000);
  const isLines = call.kind !== json;
  const rows = readRows(splitRows(call.text, isLines), read);
  assertSomething(rows, isLines || call.text.trimStart().startsWith('['));
  const report: IntakeReport = { kept: 0, repeated: 0, refused: rows.refused };
  for (const { row, id, code, why } of rows.refused.slice(0, 20)) {
    const what = { source: 'server', type: null, visitor: null, door: 'POST /v1', at: house.clock.now() };
    house.events.intake.refused({ ...what, code, why: `row ${row}${id === null ? '' : ` (${id})`}: ${why}` });
  }
  for (let at = 0; at < rows.events.length; at += batch) {
    const { kept, repeated } = await house.events.receive(rows.events.slice(at, at + batch));
    report.kept += kept;
    report.repeated += repeated;
  }
  return report;
}

/** A single object that is refused is a refused call, not a report that nobody reads. */
function assertSomething(rows: ReadRows, isList: boolean): void {
  const [first] = rows.refused;
  if (isList || !first) return;
  throw new BeckonError(errors.API_INPUT_INVALID, first.why);
}
