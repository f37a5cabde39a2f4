import { BeckonError, nearest, point, type Clock } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import { priorityOf } from './compete.ts';
import { plainJourney, revisionOf } from './compare.ts';
import type { JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import {
  journeyMark,
  journeyRows,
  versionRows,
  versionsInside,
  type JourneyRow,
  type VersionRow,
} from './table-journey.ts';
import { problemsOf, refuse, validated, type Problem } from './validate.ts';
import type { Shares } from './share.ts';
import { nextReadingOf } from './reading.ts';

/** The journeys as documents: drafts, versions, what is live. Kept in memory, as every event asks for them. */
export class Journeys {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #templates: () => ReadonlySet<string>;
  readonly #audiences: () => ReadonlySet<string> | null;
  readonly #missing: (definition: JourneyDefinition) => Promise<Problem[]>;
  readonly zone: string;
  #rows = new Map<string, JourneyRow>();
  #versions = new Map<string, JourneyDefinition>();
  #mark = '';
  #shares: ReadonlyMap<string, Shares> = new Map();
  /** Names of facts that let somebody into a journey, or that a run of any version ends by or waits for. */
  listened: ReadonlySet<string> = new Set();

  constructor(parts: {
    store: Store;
    clock: Clock;
    zone: string;
    templates: () => ReadonlySet<string>;
    /** Keys of the audiences there are; absent: a journey may name any. */
    audiences?: () => ReadonlySet<string>;
    /** What is missing here for it to make its calls; absent: nothing is. */
    missing?: (definition: JourneyDefinition) => Promise<Problem[]>;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#templates = parts.templates;
    this.#audiences = parts.audiences ?? (() => null);
    this.#missing = parts.missing ?? (async () => []);
    this.zone = parts.zone;
  }

  /** Reads all documents again; other processes may have changed them. */
  async load(): Promise<void> {
    this.#mark = await journeyMark(this.#store);
    this.#rows = new Map((await journeyRows(this.#store)).map((row) => [row.key, row]));
    this.#versions = new Map(
      (await versionRows(this.#store)).map(({ journey, version, definition }) => [`${journey}@${version}`, definition]),
    );
    this.listened = new Set([...this.#versions.values()].flatMap(namesOf));
  }

  /** Reads the documents again if another process has changed them. Cheap: for every round of the workers. */
  async refresh(): Promise<void> {
    if ((await journeyMark(this.#store)) !== this.#mark) await this.load();
  }

  /** Whoever weighs the alternatives of bandits says what their shares are today, by `journey/activity`. */
  weigh(shares: ReadonlyMap<string, Shares>): void {
    this.#shares = shares;
  }

  /** Today's shares of an activity; null where those written down hold. */
  sharesOf(key: string, activity: string): Shares {
    return this.#shares.get(`${key}/${activity}`) ?? null;
  }

  /** Activities of what is live whose alternatives are weighed by what they come to. */
  bandits(): { journey: string; activity: string; choose: 'bandit' | 'winner'; shares: Record<string, number> }[] {
    return this.live().flatMap(({ row: { key }, definition }) =>
      Object.entries(definition.activities).flatMap(([activity, one]) => {
        if (!('choose' in one) || one.choose === undefined || one.choose === 'fixed') return [];
        const { choose } = one;
        const list = one.kind === 'message' ? (one.variants ?? []) : one.paths;
        if (list.length < 2) return [];
        return [
          {
            journey: key,
            activity,
            choose,
            shares: Object.fromEntries(list.map(({ label, share }) => [label, share])),
          },
        ];
      }),
    );
  }

  list(): JourneyRow[] {
    return [...this.#rows.values()];
  }

  /** Throws JOURNEY_UNKNOWN with a near name. */
  get(key: string): JourneyRow {
    const row = this.#rows.get(key);
    if (row) return row;
    const near = nearest(key, this.#rows.keys());
    throw new BeckonError(
      errors.JOURNEY_UNKNOWN,
      `There is no journey "${key}"${near ? `; did you mean "${near}"?` : ''}`,
    );
  }

  /** The document of a published version; runs finish on the version they began. */
  version(key: string, version: number): JourneyDefinition | undefined {
    return this.#versions.get(`${key}@${version}`);
  }

  /** The draft, or the newest published version. @throws JOURNEY_UNKNOWN, JOURNEY_NOT_SO when none was published */
  document(key: string, which: 'draft' | 'live'): JourneyDefinition {
    const { draft, version } = this.get(key);
    const found = which === 'draft' ? draft : this.version(key, version);
    if (found) return found;
    throw new BeckonError(errors.JOURNEY_NOT_SO, `The journey "${key}" was never published; there is only its draft`);
  }

  /** Numbers of the published versions, the newest first. */
  versionsOf(key: string): number[] {
    const { version } = this.get(key);
    return Array.from({ length: version }, (_, i) => version - i).filter((n) => this.#versions.has(`${key}@${n}`));
  }

  /** The published versions, the newest first, with how many runs go by each still. */
  versionsInside(key: string): Promise<VersionRow[]> {
    return versionsInside(this.#store, this.get(key).key);
  }

  /** What is live now. */
  live(): { row: JourneyRow; definition: JourneyDefinition }[] {
    return this.list()
      .filter((row) => row.status === 'live')
      .map((row) => ({ row, definition: this.version(row.key, row.version)! }));
  }

  /** Journeys that begin with one of these facts, who goes before first: the live ones, and the paused, which let nobody in. */
  begunBy(names: ReadonlySet<string>): { row: JourneyRow; definition: JourneyDefinition }[] {
    const found = this.list().flatMap((row) => {
      if (row.status !== 'live' && row.status !== 'paused') return [];
      const definition = this.version(row.key, row.version)!;
      return definition.entry.kind === 'event' && names.has(definition.entry.event) ? [{ row, definition }] : [];
    });
    return found.sort((a, b) => priorityOf(b.definition) - priorityOf(a.definition));
  }

  /**
   * Saves a document as draft; what is live stays as it is until it is published.
   * @param revision of the draft that it was made from; `none`: there is no such journey yet. Absent: whatever there is
   * @throws JOURNEY_INVALID, and JOURNEY_CHANGED where the draft is another one meanwhile
   */
  async put(given: unknown, revision?: string): Promise<JourneyRow> {
    const definition = plainJourney(validated(given, this.#templates(), this.#audiences()));
    await this.#store.inTransaction(async (tx) => {
      if (revision !== undefined) await this.#requireRevision(tx, definition.key, revision);
      const saved = await tx.run({
        text: `insert into journey (key, status, version, draft, updated_at) values ($1, 'draft', 0, $2, $3)
          on conflict (key) ${revision === 'none' ? 'do nothing' : 'do update set draft = excluded.draft, updated_at = excluded.updated_at'}`,
        values: [definition.key, JSON.stringify(definition), new Date(this.#clock.now())],
      });
      if (saved === 0) throw this.#changed(definition.key);
    });
    await this.load();
    return this.get(definition.key);
  }

  /**
   * What is wrong with a document, without saving it: what keeps it from being saved, and, when nothing does, what is
   * missing here for it to be published.
   */
  async check(given: unknown): Promise<{ problems: Problem[]; missing: Problem[] }> {
    const problems = problemsOf(given, this.#templates(), this.#audiences());
    return { problems, missing: problems.length > 0 ? [] : await this.#missing(given as JourneyDefinition) };
  }

  /** Holds the journey until the transaction ends, if its draft still is what somebody saw. */
  async #requireRevision(tx: Tx, key: string, revision: string): Promise<void> {
    const [row] = await tx.rows<{ draft: JourneyDefinition }>({
      text: 'select draft from journey where key = $1 for update',
      values: [key],
    });
    if ((row === undefined ? 'none' : revisionOf(row.draft)) !== revision) throw this.#changed(key);
  }

  #changed(key: string): BeckonError {
    return new BeckonError(errors.JOURNEY_CHANGED, `Journey "${key}" was changed meanwhile, so nothing was saved`, {
      where: 'revision',
    });
  }

  /**
   * Makes the draft the live version; a paused journey stays paused, so that nobody it holds is forgotten. Runs inside stay
   * on theirs; an unchanged document makes no new version.
   */
  async publish(key: string, revision?: string): Promise<JourneyRow> {
    await this.refresh(); // the draft may have come through another process
    const row = this.get(key);
    if (revision !== undefined && revisionOf(row.draft) !== revision) throw this.#changed(key);
    const definition = validated(row.draft, this.#templates(), this.#audiences());
    refuse(await this.#missing(definition));
    const current = this.version(key, row.version);
    const same =
      (row.status === 'live' || row.status === 'paused') && JSON.stringify(current) === JSON.stringify(definition);
    if (!same) await this.#store.inTransaction((tx) => this.#publish(tx, key, definition));
    point('journey.published');
    await this.load();
    return this.get(key);
  }

  async #publish(tx: Tx, key: string, definition: JourneyDefinition): Promise<void> {
    const now = this.#clock.now();
    const readDue = nextReadingOf(definition, this.zone, now);
    const [{ version }] = (await tx.rows<{ version: number }>({
      text: `update journey set status = case status when 'paused' then status else 'live' end, version = version + 1, published_at = $2,
          read_due = case status when 'paused' then null else $3::timestamptz end, updated_at = $2, moving = null
        where key = $1 returning version`,
      values: [key, new Date(now), readDue === null ? null : new Date(readDue)],
    })) as [{ version: number }];
    await tx.run({
      text: 'insert into journey_version (journey, version, definition, published_at) values ($1, $2, $3, $4)',
      values: [key, version, JSON.stringify(definition), new Date(now)],
    });
  }

  /** Takes a journey and its versions away; its runs must have been removed before. */
  async remove(key: string): Promise<void> {
    await this.#store.run({ text: 'delete from journey_version where journey = $1', values: [key] });
    await this.#store.run({ text: 'delete from journey where key = $1', values: [key] });
    await this.load();
  }

  /** Sets when an audience is read next; null: no more. In memory once the transaction has committed. */
  async setReadDue(key: string, due: number | null, tx: Tx): Promise<void> {
    await tx.run({
      text: 'update journey set read_due = $2 where key = $1',
      values: [key, due === null ? null : new Date(due)],
    });
    tx.afterCommit(() => {
      const row = this.#rows.get(key);
      if (row) this.#rows.set(key, { ...row, readDue: due });
    });
  }
}

/** Facts that a version listens to. */
function namesOf({ entry, exits, activities }: JourneyDefinition): string[] {
  const inside = Object.values(activities).flatMap((one) => {
    if (one.kind === 'listen') return one.events.map(({ event }) => event);
    return one.kind === 'message' && one.addressWithin !== undefined ? reaching : [];
  });
  return [...(entry.kind === 'event' ? [entry.event] : []), ...(exits ?? []).map(({ event }) => event), ...inside];
}

/** Facts by which somebody may have come to have an address. */
const reaching = ['identified', 'consent.given', 'profile.asserted'];
