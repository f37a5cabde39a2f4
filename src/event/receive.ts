import { after, point, sent, shardOf, traced, traceHere, type Ids, type Timer } from '../base/index.ts';
import { smallintColumn, textColumn, timeColumn, uuidColumn, type Runner } from '../store/index.ts';
import type { ShopEvent } from './event.ts';
import type { StoredRow } from './given.ts';
import type { StoredBatch, StoreStatements } from './table.ts';

/** What became of a batch: new events, and events whose (source, id) was known already. */
export interface Received {
  kept: number;
  repeated: number;
  /** Events not kept because their visitor has just stated a consent; only with `unlessConsenting`. */
  doubted: number;
}

/** How events are to be kept. */
export interface ReceiveHow {
  /**
   * Leave out events of visitors whose consent has to be asked for first. They are counted as `doubted`, and may be sent
   * again once it has been. `consenting`: the sender relied on a consent it remembers, so those who have stated one that
   * no fold has taken yet; `declined`: it remembers nothing, so those too who have declined to be recorded.
   */
  unless?: 'consenting' | 'declined';
}

/** An event on its way into the log, made ready when it came: then the database need not wait for it. */
export interface Arrival {
  event: ShopEvent;
  guard: Guard;
  shard: number;
  /** Of its row. */
  id: string;
  /** Itself as JSON. */
  body: string;
}

function arrivalOf(event: ShopEvent, guard: Guard, ids: Ids): Arrival {
  return { event, guard, shard: shardOf(event.visitor), id: ids.next(), body: JSON.stringify(event) };
}

/** What `ReceiveHow` says, as the statement takes it. */
type Guard = 0 | 1 | 2;

function guardOf({ unless }: ReceiveHow): Guard {
  return unless === undefined ? 0 : unless === 'consenting' ? 1 : 2;
}

/** What became of one event. */
type Fate = 'kept' | 'repeated' | 'doubted';

/** With what events are stored. */
export interface Writing {
  runner: Runner;
  ids: Ids;
  statements: StoreStatements;
}

/** Stores events, each once by (source, id). In a transaction they take effect with it. */
export async function storeEvents(writing: Writing, events: readonly ShopEvent[]): Promise<StoredRow[]> {
  const arrivals = events.map((event) => arrivalOf(event, 0, writing.ids));
  return (await storeArrivals(writing, arrivals)).rows;
}

/** What became of arrivals, in the order given, and the rows of the inbox that were written for them. */
interface Stored {
  fates: Fate[];
  rows: StoredRow[];
}

function summed(fates: readonly Fate[]): Received {
  const received: Received = { kept: 0, repeated: 0, doubted: 0 };
  for (const fate of fates) received[fate]++;
  return received;
}

/** Stores what arrived and says of each what became of it, in the order given. */
export async function storeArrivals(
  { runner, statements }: Pick<Writing, 'runner' | 'statements'>,
  arrivals: readonly Arrival[],
): Promise<Stored> {
  if (arrivals.length === 0) return { fates: [], rows: [] };
  const fates: Fate[] = arrivals.map(() => 'kept');
  const known = new Set<string>();
  /** Place in the statement, from 0, to place among the arrivals. */
  const places: number[] = [];
  const columns = emptyColumns();
  const inbox = new Map<number, Prepared>();
  for (let place = 0; place < arrivals.length; place++) {
    const { event, guard, shard, id, body } = arrivals[place]!;
    const key = `${shard}\u0000${event.source}\u0000${event.id}`;
    if (known.has(key)) {
      fates[place] = 'repeated';
      continue;
    }
    known.add(key);
    places.push(place);
    columns.shard.push(shard);
    columns.source.push(event.source);
    columns.key.push(event.id);
    columns.id.push(id);
    columns.visitor.push(event.visitor);
    columns.receivedAt.push(event.receivedAt);
    columns.happenedAt.push(event.happenedAt);
    columns.body.push(body);
    columns.guard.push(guard);
    if (event.consent !== undefined) columns.stating.push(places.length);
    const row = inbox.get(shard);
    if (!row) inbox.set(shard, { row: { shard, id, events: [event], size: body.length }, payload: `[${body}` });
    else {
      row.row.events.push(event);
      row.row.size += body.length;
      row.payload += `,${body}`;
    }
  }
  const prepared = [...inbox.values()];
  const statement = columns.stating.length > 0 ? statements.storeConsents : statements.storeBatch;
  const [answer] = await runner.rows<StoredBatch>({ ...statement, values: valuesOf(columns, prepared) });
  const { missing, doubted } = answer!;
  if (missing === null) return { fates, rows: prepared.map(({ row }) => row) };
  for (const at of missing) fates[places[at - 1]!] = 'repeated';
  for (const at of doubted ?? []) fates[places[at - 1]!] = 'doubted';
  const rows = new Map<number, StoredRow>();
  for (const [at, place] of places.entries()) {
    if (fates[place] !== 'kept') continue;
    const shard = columns.shard[at]!;
    // As the statement does: the row goes by the first of its events.
    const row = rows.get(shard) ?? { shard, id: columns.id[at]!, events: [], size: 0 };
    row.events.push(arrivals[place]!.event);
    row.size += columns.body[at]!.length;
    rows.set(shard, row);
  }
  return { fates, rows: [...rows.values()] };
}

/** A row of the inbox as it will be when all of a batch is new; the payload lacks its last bracket. */
interface Prepared {
  row: StoredRow;
  payload: string;
}

function emptyColumns() {
  return {
    shard: [] as number[],
    source: [] as string[],
    key: [] as string[],
    id: [] as string[],
    visitor: [] as string[],
    receivedAt: [] as number[],
    happenedAt: [] as number[],
    body: [] as string[],
    guard: [] as Guard[],
    /** Places, from 1, of those that state a consent. */
    stating: [] as number[],
  };
}

/** In the order of the statement's parameters. */
function valuesOf(columns: ReturnType<typeof emptyColumns>, prepared: readonly Prepared[]): unknown[] {
  const values: unknown[] = [
    smallintColumn(columns.shard),
    textColumn(columns.source),
    textColumn(columns.key),
    uuidColumn(columns.id),
    textColumn(columns.visitor),
    timeColumn(columns.receivedAt),
    timeColumn(columns.happenedAt),
    textColumn(columns.body),
    smallintColumn(columns.guard),
    columns.shard.length,
    smallintColumn(prepared.map(({ row }) => row.shard)),
    uuidColumn(prepared.map(({ row }) => row.id)),
    textColumn(prepared.map(({ payload }) => `${payload}]`)),
  ];
  if (columns.stating.length > 0) values.push(columns.stating);
  return values;
}

/** What is stored in a trace is folded as what comes of it. */
function continued(stored: Stored): Stored {
  const trace = traceHere();
  if (trace !== undefined) for (const row of stored.rows) row.trace = trace;
  return stored;
}

/** How many events must wait to be written beside a batch that is under way. */
const worthwhile = 32;
/** How long a batch waits at most for a fold that is behind, real time. */
const patienceMs = 1000;

interface Waiting {
  arrivals: readonly Arrival[];
  /** The trace that waits for it. */
  trace: string | undefined;
  done(received: Received): void;
  failed(error: unknown): void;
}

/**
 * Gathers what arrives while earlier batches are being written, and writes it as one statement: each caller is
 * answered after the commit that holds its events (stack.md §D: nine times the rate of single inserts).
 */
export class MicroBatch {
  readonly #writing: Writing;
  readonly #limit: number;
  readonly #inFlightLimit: number;
  readonly #onStored: (rows: readonly StoredRow[]) => void;
  readonly #isBehind: () => boolean;
  #queue: Waiting[] = [];
  #inFlight = 0;
  #waiting = 0;
  #patience: Timer | undefined;

  /** @param parts `isBehind`: so much waits to be folded here that writing more would not help anybody */
  constructor(parts: {
    runner: Runner;
    ids: Ids;
    statements: StoreStatements;
    onStored: (rows: readonly StoredRow[]) => void;
    isBehind?: () => boolean;
    limit?: number;
    inFlight?: number;
  }) {
    this.#writing = parts;
    this.#onStored = parts.onStored;
    this.#isBehind = parts.isBehind ?? (() => false);
    this.#limit = parts.limit ?? 1000;
    this.#inFlightLimit = parts.inFlight ?? 2;
  }

  /** Events waiting to be written; doors refuse politely when this grows too long. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when these events are committed. */
  add(events: readonly ShopEvent[], how: ReceiveHow = {}): Promise<Received> {
    const guard = guardOf(how);
    return new Promise((done, failed) => {
      const arrivals = events.map((event) => arrivalOf(event, guard, this.#writing.ids));
      this.#queue.push({ arrivals, trace: traceHere(), done, failed });
      this.#waiting += events.length;
      if (this.#queue.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** The fold has come on: what waited for it is written. */
  goOn(): void {
    this.#flush();
  }

  /** @param isPatient does it wait for a fold that is behind? */
  #flush(isPatient = true): void {
    for (let waits = isPatient; this.#queue.length > 0 && this.#mayWrite(); waits = true) {
      if (waits && this.#isBehind()) return this.#wait();
      let count = 0;
      let take = 0;
      while (take < this.#queue.length && (take === 0 || count + this.#queue[take]!.arrivals.length <= this.#limit)) {
        count += this.#queue[take++]!.arrivals.length;
      }
      this.#waiting -= count;
      void this.#write(this.#queue.splice(0, take));
    }
  }

  /** Senders slow down to what can take effect; but a fold that stands still holds nobody up for good. */
  #wait(): void {
    if (this.#patience) return;
    this.#patience = after(patienceMs, () => {
      this.#patience = undefined;
      this.#flush(false);
    });
  }

  /** A statement costs as much as several events, so a further one beside the first is for many. */
  #mayWrite(): boolean {
    return this.#inFlight === 0 || (this.#inFlight < this.#inFlightLimit && this.#waiting >= worthwhile);
  }

  async #write(batch: Waiting[]): Promise<void> {
    this.#inFlight++;
    const stored = await this.#store(batch);
    this.#inFlight--;
    this.#flush();
    if (!stored) return;
    // The database works on the next batch while these are answered: the statement goes out first.
    await sent();
    let at = 0;
    for (const { arrivals, done } of batch) done(summed(stored.fates.slice(at, (at += arrivals.length))));
    this.#onStored(stored.rows);
  }

  /** @returns null when somebody's events could not be stored: then all have been answered, each alone */
  async #store(batch: Waiting[]): Promise<Stored | null> {
    try {
      const arrivals = batch.flatMap((one) => one.arrivals);
      const how = {
        apart: true,
        of: () => batch.map(({ trace }) => trace),
        fields: { 'beckon.events': arrivals.length },
      };
      const stored = await traced('event.store', how, async () =>
        continued(await storeArrivals(this.#writing, arrivals)),
      );
      point('event.stored');
      return stored;
    } catch (error) {
      if (batch.length === 1) batch[0]!.failed(error);
      else await this.#writeAlone(batch);
      return null;
    }
  }

  /** One bad event must not take its neighbours down: after a failure each caller's events are written alone. */
  async #writeAlone(batch: Waiting[]): Promise<void> {
    for (const { arrivals, done, failed } of batch) {
      await storeArrivals(this.#writing, arrivals).then(({ fates, rows }) => {
        done(summed(fates));
        this.#onStored(rows);
      }, failed);
    }
  }
}
