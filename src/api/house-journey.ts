import type { FunnelRow, ItemGroup, SumsRow } from '../measure/index.ts';
import type { FunnelGroup } from '../message/index.ts';
import type {
  JourneyCheck,
  JourneyFields,
  JourneyResume,
  JourneyVersion,
  JourneyVersions,
  StuckList,
  ToldStory,
} from './contract-journey.ts';
import type { JourneyDetail, JourneyReport, JourneyRow, PersonHere } from './contract.ts';

/** Journeys: what doors may ask of them and do with them. */
export interface JourneyDoor {
  list(): Promise<JourneyRow[]>;
  get(key: string): Promise<JourneyDetail | null>;
  /** What is wrong with a document, and what is missing for it to be published; nothing is kept. */
  check(definition: Record<string, unknown>): Promise<JourneyCheck>;
  /**
   * Checks and keeps a draft; throws the journey room's errors with the place in the document. With a `revision` only if
   * the draft still has it (`none`: if there is no such journey), otherwise JOURNEY_CHANGED.
   */
  put(definition: Record<string, unknown>, revision?: string): Promise<JourneyDetail>;
  publish(key: string, revision?: string): Promise<JourneyDetail>;
  /** Each throws JOURNEY_NOT_SO where the status of the journey does not allow it. */
  pause(key: string): Promise<JourneyDetail>;
  resume(key: string, how: JourneyResume): Promise<JourneyDetail>;
  close(key: string): Promise<JourneyDetail>;
  stop(key: string): Promise<JourneyDetail>;
  versions(key: string): Promise<JourneyVersions['versions']>;
  /** Null when there is no such version. */
  version(key: string, version: number | 'draft'): Promise<JourneyVersion | null>;
  rollback(key: string, version: number): Promise<JourneyDetail>;
  /** Where those inside an older version would go; `to` is undefined where nobody has said. */
  migration(
    key: string,
    map: Record<string, string | null>,
  ): Promise<{ from: number; activity: string; count: number; to: string | null | undefined }[]>;
  migrate(key: string, map: Record<string, string | null>): Promise<JourneyDetail>;
  /** Runs of one journey that need a hand, or with null of all. */
  stuck(key: string | null, limit: number): Promise<StuckList>;
  /** Tells a story to journeys: those given, otherwise those it names as they stand here as drafts. Throws STORY_INVALID. */
  tell(story: unknown, journeys: readonly unknown[] | null): Promise<ToldStory>;
  /** Something happened that concerns no person; the same id lets nobody in twice. */
  happened(event: { type: string; id: string; at: number; data: Record<string, unknown> }): Promise<void>;
  /** @returns how many of these runs were inside, and were moved */
  move(key: string, runIds: readonly string[], how: 'skip' | 'retry' | 'exit'): Promise<number>;
  /** `from` and `until`: only people assigned then, UTC ms. Null when there is no such journey. */
  report(key: string, span: { from: number | null; until: number | null }): Promise<JourneyReport | null>;
  /** The sums behind the comparison, by day and arm. */
  sums(key: string, span: { from: number | null; until: number | null }): Promise<SumsRow[] | null>;
  /** What became of its mails, by day, by activity and so on, or by what stood in them. */
  funnel(
    key: string,
    query: { by: FunnelGroup | ItemGroup; from: number | null; until: number | null },
  ): Promise<FunnelRow[] | null>;
  people(key: string, activity: string | null): Promise<PersonHere[]>;
  /** What the last runs brought along, by the names that expressions use. */
  fields(key: string): Promise<JourneyFields>;
}
