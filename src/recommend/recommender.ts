import type { Clock, Ids } from '../base/index.ts';
import { BeckonError } from '../base/index.ts';
import type { Catalog, ItemStandings, Shelf } from '../catalog/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { Person, RecommendationAnswer, RecommendRequest } from './answer.ts';
import { noRules, type AnswerRules, type Asked, type Asking, type CustomLists } from './asking.ts';
import type { CriterionContent } from './criterion-definition.ts';
import { shippedOnly, type Criteria } from './criteria.ts';
import type { ItemNumbers } from './crowd.ts';
import { Engine } from './engine.ts';
import { errors } from './error.ts';
import { execute } from './execute.ts';
import { RuleNumbers, type ShelfNumbers } from './shelf-numbers.ts';
import type { VisitorLists } from './visitor-groups.ts';

/** Slots when the request names no limit; the most that may be asked; ids in one list of a request. */
const usualLimit = 4;
const largestLimit = 100;
const longestList = 1000;
/** Environments whose range is kept in order; their names come with requests. */
const mostRanges = 8;

export interface RecommenderParts {
  /** Without environments and groups, all is one shelf of items each by itself. */
  catalog: Shelf & Partial<Pick<Catalog, 'shelf' | 'variants'>>;
  clock: Clock;
  ids: Ids;
  /** None, if left out. */
  rules?: AnswerRules;
  /** Those that come with Beckon, if left out. */
  criteria?: Pick<Criteria, 'find' | 'get'>;
  customList?: CustomLists;
  /** Attributes of visitors by which criteria ask what is popular; each alone, if left out. */
  visitorsBy?: VisitorLists;
}

/**
 * Learns event by event and answers from memory: every door asks here, so rules act in one place. For one state of
 * engine, catalogue and rules, the same request and person give the same items; only the two ids of an answer are new
 * each time.
 */
export class Recommender {
  readonly #parts: RecommenderParts;
  readonly #ranges = new Map<string | null, { version: number; ids: readonly string[] }>();
  readonly #criteria: Pick<Criteria, 'find' | 'get'>;
  #engine: Engine;
  #ruleNumbers: { engine: Engine; numbers: RuleNumbers } | null = null;
  /** Whatever was committed so many ms ago is learned; null when nobody knows. Whoever teaches puts an answer here. */
  lagMs: () => number | null = () => null;
  /** Is it known of all items what they are? Whoever describes them puts an answer here. */
  isDescribed: () => boolean = () => true;

  constructor(parts: RecommenderParts) {
    this.#parts = parts;
    this.#criteria = parts.criteria ?? shippedOnly;
    this.#engine = new Engine({ visitorsBy: parts.visitorsBy });
  }

  /** What is learned of the crowd. */
  get engine(): Engine {
    return this.#engine;
  }

  /** Takes in one event, at once visible to the next answer. Each lesson must come once: see `Follower`. */
  learn(lesson: Lesson): void {
    this.#engine.learn(lesson, this.#parts.clock.now());
  }

  /** The same for several, in their order; less work than one by one. */
  learnAll(lessons: readonly Lesson[]): void {
    this.#engine.learnAll(lessons, this.#parts.clock.now());
  }

  /** Takes out what the visitor did whose id has this mark. */
  forget(mark: { low: number; high: number }): void {
    this.#engine.forget(mark);
  }

  /** Forgets everything learned, to learn it anew. */
  reset(): void {
    this.#engine = new Engine({ tuning: this.#engine.tuning, visitorsBy: this.#parts.visitorsBy });
  }

  /** In how many visits an item was viewed, carted and bought: ever (null), or about so many within a window. */
  numbers(id: string, windowMs: number | null): ItemNumbers {
    return this.#engine.numbers(id, windowMs, this.#parts.clock.now());
  }

  /** Has any visit that is learned done this, or has there been an event of this type about an item? */
  did(action: 'viewed' | 'carted' | 'bought' | { event: string }): boolean {
    const query = { kind: 'popular', action, windowMs: null, now: this.#parts.clock.now() } as const;
    return this.#engine.ranked(query, 1, () => true).length > 0;
  }

  /** Lessons taken in since the last reset. */
  get learned(): number {
    return this.#engine.learned;
  }

  /** Lessons that a limit kept from being learned. */
  get ignored(): number {
    return this.#engine.ignored;
  }

  /** When the newest learned event happened, UTC ms; 0 before the first. */
  get newestAt(): number {
    return this.#engine.newestAt;
  }

  /** Bytes of the counts; ids come on top. */
  get bytes(): number {
    return this.#engine.bytes;
  }

  /**
   * Chooses items for a person, or for nobody known (null), by a criterion that is kept. Slots that it leaves empty are
   * filled by its backups. Rules work over all candidates, so an answer is shorter than asked only when no further item
   * may be shown, or when fewer are not allowed.
   *
   * @throws CRITERION_UNKNOWN, RECOMMEND_LIMIT_INVALID, RECOMMEND_LIST_TOO_LONG, RULE_UNKNOWN
   */
  answer(request: RecommendRequest, person: Person | null): RecommendationAnswer {
    return this.#answer(this.#criteria.get(request.criterion), request, person);
  }

  /** The same by a criterion that is not kept; its content must have been checked. Nothing is noted anywhere. */
  preview(
    content: CriterionContent,
    request: Omit<RecommendRequest, 'criterion'>,
    person: Person | null,
  ): RecommendationAnswer {
    return this.#answer({ ...content, key: 'preview' }, { ...request, criterion: 'preview' }, person);
  }

  #answer(asked: Asked, request: RecommendRequest, person: Person | null): RecommendationAnswer {
    const { ids } = this.#parts;
    const { reasons, ...answer } = execute(asked, checkRequest(request), this.#asking(request, person));
    const { learned } = this.#engine;
    const age = this.#age();
    const { status, count, filledBy, criterion, key, cart, items, filtered } = answer;
    const [requestId, trackingToken] = [ids.next(), ids.next()];
    const told = { status, count, filledBy, criterion, key, cart, items, filtered, requestId, trackingToken, age };
    if (request.reasons !== true) return told;
    const { asked: parts, promotions, empty, seed } = reasons;
    const { described } = this;
    return { ...told, reasons: { asked: parts, filtered, promotions, empty, seed, age, learned, described } };
  }

  /** Items of which is known what they are. */
  get described(): { items: number; whole: boolean } {
    return { items: this.#engine.described, whole: this.isDescribed() };
  }

  /** Of a recommender that nobody keeps up to date, the age of the newest event. */
  #age(): number {
    const lag = this.lagMs();
    if (lag !== null) return Math.ceil(lag / 1000);
    const { newestAt } = this.#engine;
    return newestAt === 0 ? 0 : Math.max(0, Math.round((this.#parts.clock.now() - newestAt) / 1000));
  }

  #asking(request: RecommendRequest, person: Person | null): Asking {
    const { catalog, rules = noRules, clock, customList } = this.#parts;
    const environment = request.environment ?? null;
    const shelf = catalog.shelf?.(environment) ?? catalog;
    return {
      source: this.#engine,
      shelf,
      variants: (group) => catalog.variants?.(group) ?? [],
      range: () => this.#range(environment, shelf),
      rules,
      numbers: this.#numbers(rules.standings?.(environment)),
      criterion: (key) => this.#criteria.find(key),
      customList: customList ?? (() => []),
      now: clock.now(),
      request,
      person,
    };
  }

  #numbers(standings: ItemStandings | undefined): ShelfNumbers | undefined {
    if (standings === undefined) return undefined;
    if (this.#ruleNumbers?.engine !== this.#engine) {
      this.#ruleNumbers = { engine: this.#engine, numbers: new RuleNumbers(this.#engine.items) };
    }
    return this.#ruleNumbers.numbers.on(standings);
  }

  #range(environment: string | null, shelf: Shelf): readonly string[] {
    const { version } = shelf;
    const known = this.#ranges.get(environment);
    if (known?.version === version) return known.ids;
    const ids = Array.from(shelf.all(), ({ id }) => id).sort();
    if (this.#ranges.size >= mostRanges) this.#ranges.clear();
    this.#ranges.set(environment, { version, ids });
    return ids;
  }
}

function checkRequest({ limit = usualLimit, cart = [], excludedIds = [] }: RecommendRequest): number {
  if (!Number.isInteger(limit) || limit < 1 || limit > largestLimit) {
    throw new BeckonError(errors.RECOMMEND_LIMIT_INVALID, `${limit} items cannot be answered`, { where: 'limit' });
  }
  for (const [where, list] of Object.entries({ cart, excludedIds })) {
    if (list.length > longestList) {
      throw new BeckonError(errors.RECOMMEND_LIST_TOO_LONG, `"${where}" holds ${list.length} ids`, { where });
    }
  }
  return limit;
}
