import { BeckonError, elapsed, point, type Clock } from '../base/index.ts';
import type { Job, Jobs } from '../job/index.ts';
import type { Store } from '../store/index.ts';
import type { Catalog } from './catalog.ts';
import { alarmsOf, noCounts, type Feed, type FeedPreview, type FeedRun } from './feed.ts';
import { feedErrors } from './feed-error.ts';
import type { FeedFiles } from './feed-files.ts';
import { guessMapping, passedOf } from './feed-guess.ts';
import { IdSet } from './feed-ids.ts';
import { feedLimits } from './feed-limit.ts';
import { attributeName, compileMapping, type FeedMapping, type MappedFeed } from './feed-mapping.ts';
import { openFeed, type OpenFeed } from './feed-read.ts';
import type { SourceRow } from './feed-row.ts';
import { saveRun } from './feed-table.ts';
import { forgetFaults, forgetItems, noteFaults, noteItems, ownItems, type StoredFile } from './feed-table-row.ts';
import { sum, takeRows, weigh, type Lot } from './feed-take.ts';
import type { Refusal } from './input.ts';
import { checkItem } from './input.ts';
import type { Schema } from './schema.ts';

/** What a pass works with. */
export interface PassParts {
  store: Store;
  clock: Clock;
  catalog: Catalog;
  jobs: Jobs;
  files: FeedFiles;
  /** Rows that are written together. */
  batch?: number;
}

/** Somebody else has taken the run over, has cancelled it, or we are to stop: it is left as it is. */
export class PassLeft extends Error {
  override readonly name = 'PassLeft';
}

const usualBatch = 2000;
/** While nothing is written, how far it is need not be noted with every batch, real ms. */
const noteEveryMs = 300;
/** Pieces of text whose rows are held at once: some megabytes. */
const lotsHeld = 256;
const previewItems = 5;

/**
 * One pass of one run over its file. Whatever it does stands in the run after each batch, so whoever takes it over goes on
 * from there; a batch that was written and not noted is written again, which changes nothing.
 */
export class FeedPass {
  readonly #parts: PassParts;
  readonly #feed: Feed;
  readonly #job: Job;
  readonly #isStopped: () => boolean;
  #run: FeedRun;
  #faults = 0;

  constructor(parts: PassParts, on: { feed: Feed; run: FeedRun; job: Job; isStopped: () => boolean }) {
    this.#parts = parts;
    this.#feed = on.feed;
    this.#run = on.run;
    this.#job = on.job;
    this.#isStopped = on.isStopped;
  }

  get run(): FeedRun {
    return this.#run;
  }

  /** Reads the whole file and weighs what it would do; nothing of the catalogue is written. */
  async check(file: StoredFile): Promise<void> {
    await forgetFaults(this.#parts.store, this.#run.id);
    this.#run = { ...this.#run, state: 'checking', forecast: null, counts: noCounts, read: 0, error: null, note: null };
    await this.#note();
    const seen = new IdSet();
    let forecast = noCounts;
    let nameless = 0;
    let schema: Schema = this.#parts.catalog.schema;
    let faults: Refusal[] = [];
    let notedAt = -Infinity;
    for await (const lot of this.#lots(file, seen)) {
      const weighed = weigh(this.#parts.catalog, lot, { source: this.#source, now: this.#now, schema });
      schema = weighed.schema;
      nameless += lot.nameless;
      forecast = sum(forecast, weighed.counts);
      this.#run = { ...this.#run, counts: { ...noCounts, rows: forecast.rows } };
      faults.push(...weighed.refused, ...lot.repeated);
      if (elapsed() - notedAt < noteEveryMs) continue;
      await this.#note({ faults });
      faults = [];
      notedAt = elapsed();
    }
    await this.#note({ faults });
    const note = this.#feed.settings.mode === 'replace' && nameless > 0 ? namelessNote(nameless) : null;
    if (this.#feed.settings.mode === 'replace' && nameless === 0) {
      forecast = { ...forecast, removed: await this.#missing(seen, async () => {}) };
    }
    if (forecast.kept === 0) {
      this.#run = { ...this.#run, forecast, counts: noCounts };
      throw nothingTaken(forecast);
    }
    const alarms = alarmsOf(this.#feed.settings.guard, forecast, this.#feed.items);
    this.#run = { ...this.#run, forecast, counts: noCounts, alarms, note };
    point('feed.checked', this.#run.id);
  }

  /** Writes what the file says, from where the run has come to; then takes out what it lacks, if the feed replaces. */
  async write(file: StoredFile): Promise<void> {
    const { catalog } = this.#parts;
    const seen = new IdSet();
    let nameless = 0;
    if (this.#run.state !== 'removing') this.#run = { ...this.#run, state: 'importing' };
    await this.#note();
    const done = this.#run.counts.rows;
    let passed = 0;
    for await (const lot of this.#lots(file, seen, done)) {
      nameless += lot.nameless;
      passed += lot.rows;
      if (passed <= done) continue;
      const weighed = weigh(catalog, lot, { source: this.#source, now: this.#now, schema: catalog.schema });
      const late: Refusal[] = [];
      if (weighed.differing.length > 0) {
        late.push(...(await catalog.upsert(weighed.differing, { source: this.#source })).refused);
      }
      point('feed.batch-written', this.#run.id);
      this.#run = { ...this.#run, counts: sum(this.#run.counts, weighed.counts) };
      await this.#note({ faults: late, kept: weighed.kept });
    }
    if (this.#feed.settings.mode !== 'replace' || nameless > 0) return;
    this.#run = { ...this.#run, state: 'removing' };
    await this.#note();
    await this.#missing(seen, (ids) => this.#takeOut(ids));
  }

  get #source(): string {
    return `feed:${this.#feed.key}`;
  }

  get #now(): number {
    return this.#parts.clock.now();
  }

  /** Rows of the file in batches. Up to `done` rows they are only read, for their ids. */
  async *#lots(file: StoredFile, seen: IdSet, done = 0): AsyncGenerator<Lot> {
    const { settings } = this.#feed;
    const octets = this.#parts.files.read(file, (read) => (this.#run = { ...this.#run, read }));
    const open = await openFeed(octets, settings.reading);
    const mapping = settings.mapping ?? guessMapping(open.shape, open.sample);
    const feed = compileMapping(mapping, { passed: passedOf(open.shape) });
    if (this.#run.preview === null || this.#run.state === 'checking') {
      this.#run = { ...this.#run, preview: previewOf(open, { mapping, feed, now: this.#now }) };
    }
    if (mapping.fields['id'] === undefined) {
      await open.rows[Symbol.asyncIterator]().return?.();
      throw noId(open.shape.columns);
    }
    const how = { feed, seen, now: this.#now, environment: settings.environment };
    let passed = 0;
    for await (const rows of inBatches(open.rows, this.#parts.batch ?? usualBatch, done)) {
      if (this.#isStopped()) throw new PassLeft();
      passed += rows.length;
      if (passed > done) yield takeRows(rows, { ...how, now: this.#now });
      else yield passedOver(rows, { ...how, feed });
    }
  }

  /** Items of this feed alone that the file lacks, page by page. @returns how many */
  async #missing(seen: IdSet, each: (ids: string[]) => Promise<void>): Promise<number> {
    let count = 0;
    for (let after = ''; ;) {
      const page = await ownItems(this.#parts.store, this.#feed.key, { after, limit: 1000 });
      const gone = page.filter((id) => !seen.has(id));
      count += gone.filter((id) => this.#parts.catalog.whole(id) !== undefined).length;
      if (gone.length > 0) await each(gone);
      if (page.length < 1000) return count;
      after = page.at(-1)!;
    }
  }

  async #takeOut(ids: string[]): Promise<void> {
    const { catalog, store } = this.#parts;
    const { environment } = this.#feed.settings;
    const there = ids.filter((id) => catalog.whole(id) !== undefined);
    if (environment === null) await catalog.remove(there);
    else {
      const items = there.map((id) => ({ id, environments: { [environment]: { sold: false } } }));
      await catalog.upsert(items, { source: this.#source });
    }
    const counts = { ...this.#run.counts, removed: this.#run.counts.removed + there.length };
    this.#run = { ...this.#run, counts };
    await forgetItems(store, this.#feed.key, ids);
    await this.#note();
  }

  /** Writes down how far it is, if the run is still ours. */
  async #note({ faults = [], kept = [] }: { faults?: Refusal[]; kept?: string[] } = {}): Promise<void> {
    if (this.#isStopped()) throw new PassLeft();
    const room = Math.max(0, feedLimits.faults - this.#faults);
    this.#faults += faults.length;
    await this.#parts.store.inTransaction(async (tx) => {
      if (!(await this.#parts.jobs.extend(tx, this.#job))) throw new PassLeft();
      await noteItems(tx, this.#feed.key, kept);
      await noteFaults(tx, this.#run.id, faults.slice(0, room));
      await saveRun(tx, this.#run, this.#now);
    });
  }
}

/** Lots of the stream as batches; a batch ends where `done` rows have been passed, so that none lies on both sides. */
async function* inBatches(lots: AsyncIterable<SourceRow[]>, size: number, done: number): AsyncGenerator<SourceRow[]> {
  let held: SourceRow[] = [];
  let count = 0;
  let pieces = 0;
  for await (const lot of lots) {
    pieces++;
    for (const row of lot) {
      held.push(row);
      count++;
      if (held.length < size && count !== done) continue;
      yield held;
      held = [];
      pieces = 0;
    }
    if (pieces < lotsHeld || held.length === 0) continue;
    yield held;
    held = [];
    pieces = 0;
  }
  if (held.length > 0) yield held;
}

/** Rows that were written before: only which items they are. */
function passedOver(
  rows: readonly SourceRow[],
  { feed, seen, now }: { feed: MappedFeed; seen: IdSet; now: number },
): Lot {
  let nameless = 0;
  for (const row of rows) {
    const id = feed.idOf(row, now);
    if (id === null) nameless++;
    else seen.add(id);
  }
  return { rows: rows.length, items: [], refused: [], repeated: [], earlier: new Set(), nameless };
}

function previewOf(
  { shape, sample }: OpenFeed,
  { mapping, feed, now }: { mapping: FeedMapping; feed: MappedFeed; now: number },
): FeedPreview {
  const fieldOf = new Map<string, string>();
  for (const [field, { column }] of Object.entries(mapping.fields)) {
    for (const name of column === undefined ? [] : [column].flat()) fieldOf.set(name, field);
  }
  const passed = passedOf(shape);
  const others = (name: string) =>
    mapping.others === 'attributes' && !passed(name) && name !== '' ? `attributes.${attributeName(name)}` : null;
  const columns = shape.columns.slice(0, 200).map((name) => {
    const values = sample.map(({ values: row }) => row[name]).filter((value) => value !== undefined && value !== '');
    return { name, samples: values.slice(0, 3).map(shortly), field: fieldOf.get(name) ?? others(name) };
  });
  const items = sample.slice(0, previewItems).map((row) => {
    try {
      if (row.fault !== null) return { row: row.row, item: null, why: row.fault };
      const { row: _row, ...item } = checkItem(feed.map(row, now));
      return { row: row.row, item: item as unknown as Record<string, unknown>, why: null };
    } catch (error) {
      if (error instanceof BeckonError) return { row: row.row, item: null, why: error.message };
      throw error;
    }
  });
  const { format, dialect, encoding, delimiter, packed } = shape;
  return { format, dialect, encoding, delimiter, packed, columns, mapping, items };
}

function shortly(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const clean = text.replace(/[\p{Cc}\p{Surrogate}]/gu, ' ');
  return clean.length > 120 ? `${clean.slice(0, 117)}…` : clean;
}

function noId(columns: readonly string[]): BeckonError {
  const names = columns.slice(0, 12).join('", "');
  const rest = columns.length > 12 ? ` and ${columns.length - 12} more` : '';
  return new BeckonError(feedErrors.FEED_COLUMNS_UNKNOWN, `No column is known as the id; there are "${names}"${rest}`);
}

function nothingTaken({ rows, refused, codes }: { rows: number; refused: number; codes: Record<string, number> }) {
  const most = Object.entries(codes).sort(([, a], [, b]) => b - a)[0]?.[0];
  const why = rows === 0 ? 'The file has no rows' : `All ${refused} rows were refused, most with ${most}`;
  return new BeckonError(feedErrors.FEED_NOTHING_TAKEN, `${why}; nothing of the catalogue was changed`);
}

function namelessNote(count: number): string {
  return `Nothing is taken out: of ${count} rows the id cannot be read, so which items the file lacks is not known`;
}
