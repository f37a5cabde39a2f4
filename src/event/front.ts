import { BeckonError, defineErrors } from '../base/index.ts';

/**
 * A log of somebody else's that stands before the table: what doors hand in is durable there first, and is carried into the
 * table from there. It asks for little, so that whatever keeps records in ordered parts can stand behind it: NATS
 * JetStream (front-nats.ts) does; Kafka could, with a partition a part (docs/decision/0052-a-log-before-the-table.md).
 */
export interface Front {
  /** For people: what it is, and where. */
  readonly name: string;
  /** Of this one log: places are kept with it, so that those of another one, or of one made anew, are not taken for its own. */
  readonly origin: string;
  /** Can it be reached at the moment? */
  readonly isThere: boolean;
  /**
   * Keeps a record: resolves once it is durable. Of one part they stand in the order in which they were kept. A record whose
   * key it has kept within the last minutes it may leave out (`isNew` is false then).
   *
   * @throws EVENT_LOG_AWAY when that is not known to have happened; the same may be tried again
   */
  keep(part: number, record: { key: string; text: string }): Promise<{ place: number; isNew: boolean }>;
  /** Records of a part behind a place, in order, as they come, until it is ended; it ends with an error when it cannot go on. */
  read(part: number, after: number): Promise<FrontReading>;
  /** The records of a part up to a place are in the table: it need not keep them any longer. */
  trim(part: number, upTo: number): Promise<void>;
  /** How many records it holds. */
  holds(): Promise<number>;
  close(): Promise<void>;
}

export interface FrontRecord {
  /** Rises within a part; 0 is before the first. */
  place: number;
  text: string;
}

export interface FrontReading extends AsyncIterable<FrontRecord> {
  end(): void;
}

/** So many ordered parts there are: shards go to them in turn, and processes share them out. Stored with places, so it never changes. */
export const frontParts = 8;

export const partOf = (shard: number) => shard % frontParts;

export const frontErrors = defineErrors({
  EVENT_LOG_AWAY: { status: 503, mend: 'Try again after the time in Retry-After; the same event is kept once' },
});

/** @param why in words, for whoever sent the events and for who operates */
export function away(why: string, cause?: unknown): BeckonError {
  return new BeckonError(frontErrors.EVENT_LOG_AWAY, `The log cannot keep events at the moment: ${why}`, {
    retryAfter: 2,
    ...(cause === undefined ? {} : { cause }),
  });
}
