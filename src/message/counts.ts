import type { Runner, Store, Tx } from '../store/index.ts';
import type { MessageState } from './message.ts';
import {
  auditCounts,
  countedBy,
  countEnded,
  countHeard,
  keepZone,
  rebuildCounts,
  type FunnelQuery,
  type OpenCursor,
} from './table-tally.ts';
import { heardIn, openingKinds, type OpeningKind } from './table-heard.ts';

export interface MessageCounts {
  byState: Record<string, number>;
  excluded: Record<string, number>;
  heldOut: number;
  /** Mails by who loaded their picture: a mail may stand in several, and none is evidence. */
  opened?: Record<OpeningKind, number>;
}

/** Messages of one group that ended, or stand, in the same way. */
export interface FunnelStates {
  group: string;
  state: MessageState;
  reason: string | null;
  heldOut: boolean;
  count: number;
}

/** What was heard of messages, each once: of how many, by group and kind. */
export interface FunnelHeard {
  group: string;
  kind: string;
  count: number;
}

/** How much one pass looks at. */
const pass = { open: 5000, heard: 2000 };

/** Counts of the mails of journeys, for reports; test messages are never counted. */
export class Counts {
  readonly #store: Store;
  readonly #zone: string;
  #zoneKept = false;
  #next: OpenCursor | null = null;

  constructor(store: Store, zone: string) {
    this.#store = store;
    this.#zone = zone;
  }

  /** How they stand, by state. */
  of(journey: string): Promise<MessageCounts> {
    return countsOf(this.#store, journey, this.#zone);
  }

  /** How they stand and what was heard of them, by day, activity and so on. */
  funnel(query: FunnelQuery): ReturnType<typeof funnelOf> {
    return funnelOf(this.#store, query);
  }

  /** Of which of them something was heard, each kind once. */
  heard(span: Pick<FunnelQuery, 'journey' | 'from' | 'until'>): ReturnType<typeof heardIn> {
    return heardIn(this.#store, span);
  }

  /** One pass over what has ended since: it is counted. @returns how much was counted */
  async rollUp(): Promise<number> {
    const zone = this.#zone;
    return this.#store.inTransaction(async (tx) => {
      if (!this.#zoneKept && (await keepZone(tx, zone))) this.#next = null;
      const ended = await countEnded(tx, { after: this.#next, limit: pass.open, zone });
      const heard = await countHeard(tx, { limit: pass.heard, zone });
      tx.afterCommit(() => {
        this.#zoneKept = true;
        this.#next = ended.next;
      });
      return ended.counted + heard;
    });
  }

  /** Are the mails of these journeys that were planned on a day of UTC, and on that day of the shop, added up as they ended? @returns where not */
  audit(journeys: readonly string[], day: string): Promise<string[]> {
    return auditCounts(this.#store, { journeys, day, zone: this.#zone });
  }

  /** Counts everything anew, in the caller's transaction; the result is the same. */
  rebuild(tx: Tx): Promise<void> {
    tx.afterCommit(() => void (this.#next = null));
    return rebuildCounts(tx, this.#zone);
  }
}

/** Messages of a journey by state. */
async function countsOf(runner: Runner, journey: string, zone: string): Promise<MessageCounts> {
  const { states, heard } = await funnelOf(runner, { journey, by: 'whole', zone, from: null, until: null });
  const opened = Object.fromEntries(
    openingKinds.map((kind) => [kind, heard.find((one) => one.kind === kind)?.count ?? 0]),
  ) as Record<OpeningKind, number>;
  const counts: MessageCounts = { byState: {}, excluded: {}, heldOut: 0, opened };
  for (const { state, reason, heldOut, count } of states) {
    counts.byState[state] = (counts.byState[state] ?? 0) + count;
    if (heldOut) counts.heldOut += count;
    else if (state === 'skipped')
      counts.excluded[reason ?? 'unknown'] = (counts.excluded[reason ?? 'unknown'] ?? 0) + count;
  }
  return counts;
}

async function funnelOf(runner: Runner, query: FunnelQuery): Promise<{ states: FunnelStates[]; heard: FunnelHeard[] }> {
  const rows = await countedBy(runner, query);
  const heard = new Map<string, FunnelHeard>();
  for (const { group, heard: kind, n } of rows) {
    if (kind === '') continue;
    const key = `${group}/${kind}`;
    heard.set(key, { group, kind, count: (heard.get(key)?.count ?? 0) + n });
  }
  const states = rows
    .filter((row) => row.heard === '')
    .map(({ group, state, reason, held, n }) => ({ group, state, reason, heldOut: held, count: n }));
  return { states, heard: [...heard.values()] };
}
