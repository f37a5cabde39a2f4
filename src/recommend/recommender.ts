import type { Clock, Ids } from '../base/index.ts';
import { BeckonError, nearest, sha256 } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';
import { inStock, priceOf } from '../catalog/index.ts';
import type { Lesson } from '../profile/index.ts';
import type { AnsweredLine, Person, RecommendationAnswer, RecommendedItem, RecommendRequest } from './answer.ts';
import { cartBased } from './cart-based.ts';
import type { Candidate, Criterion } from './criterion.ts';
import { errors } from './error.ts';
import type { ModelLimits } from './model.ts';
import { Model } from './model.ts';
import { mostViewed, popular, topSellers } from './popular.ts';
import { rangeReason } from './reason.ts';
import { recentlyViewed } from './recently-viewed.ts';
import { Scores } from './scores.ts';
import { viewedTogether } from './viewed-together.ts';

const shipped: readonly Criterion[] = [cartBased, recentlyViewed, viewedTogether, popular, topSellers];

/** Slots when the request names no limit; the most that may be asked; ids in one list of a request. */
const usualLimit = 4;
const largestLimit = 100;
const longestList = 1000;

/** The catalogue as the recommender needs it; `Catalog` is one. Equal versions mean equal items. */
export interface Shelf {
  get(id: string): Item | undefined;
  all(): Iterable<Item>;
  readonly version: number;
}

/**
 * Learns event by event and answers from memory. For one state of model and catalogue, the same request and person
 * give the same items; only the two ids of an answer are new each time.
 */
export class Recommender {
  readonly #catalog: Shelf;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #limits: ModelLimits | undefined;
  readonly #scores = new Scores();
  #model: Model;
  #range: { version: number; ids: string[] } | null = null;

  constructor(parts: { catalog: Shelf; clock: Clock; ids: Ids; limits?: ModelLimits }) {
    this.#catalog = parts.catalog;
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#limits = parts.limits;
    this.#model = new Model(this.#limits);
  }

  /** Takes in one event, at once visible to the next answer. Each lesson must come once: see `Follower`. */
  learn(lesson: Lesson): void {
    this.#model.learn(lesson, this.#clock.now());
  }

  /** Forgets everything learned, to learn it anew. */
  reset(): void {
    this.#model = new Model(this.#limits);
  }

  /** Lessons taken in since the last reset. */
  get learned(): number {
    return this.#model.learned;
  }

  /** Lessons that a limit kept from being learned. */
  get ignored(): number {
    return this.#model.ignored;
  }

  /** When the newest learned event happened, UTC ms; 0 before the first. */
  get newestAt(): number {
    return this.#model.newestAt;
  }

  /** Bytes of the counts; ids and running visits come on top. */
  get bytes(): number {
    return this.#model.bytes;
  }

  /** What may be asked for. */
  criteria(): { key: string; title: string; description: string }[] {
    return shipped.map(({ key, title, description }) => ({ key, title, description }));
  }

  /**
   * Chooses items for a person, or for nobody known (null). Slots that the criterion leaves empty are filled with the
   * backup: popular items, then the rest of the range. Rules work over all candidates, so an answer is shorter than
   * asked only when no further item may be shown.
   *
   * @throws CRITERION_UNKNOWN, CRITERION_ITEM_MISSING, RECOMMEND_LIMIT_INVALID, RECOMMEND_LIST_TOO_LONG
   */
  answer(request: RecommendRequest, person: Person | null): RecommendationAnswer {
    const criterion = criterionOf(request.criterion);
    const limit = checkRequest(request);
    const keys = [...new Set(criterion.keysOf(request, person))];
    const banned = new Set([...keys, ...(request.excludedIds ?? [])]);
    if (request.pageItem !== undefined) banned.add(request.pageItem);
    const purchased = new Set(person?.purchased);
    const shows = (id: string) => !banned.has(id) && this.#isShowable(id);
    const unbought = (id: string) => !purchased.has(id) && shows(id);

    const chosen = criterion.candidates({
      model: this.#model,
      scores: this.#scores,
      keys,
      viewed: person?.viewed ?? [],
      limit,
      accept: criterion.hidesPurchased ? unbought : shows,
      nameOf: (id) => this.#catalog.get(id)?.name ?? null,
    });
    const shown = new Set(chosen.map(({ id }) => id));
    const open = slotsForBackup(request.backup, chosen.length, limit);
    const backup = this.#backup(open, (id) => !shown.has(id) && unbought(id), person?.seed);
    const items = [
      ...chosen.map((candidate) => this.#item(candidate, 'criteria')),
      ...backup.map((candidate) => this.#item({ ...candidate, score: 0 }, 'backup')),
    ].map((item, i) => ({ ...item, rank: i + 1 }));
    return {
      status: statusOf(chosen.length, items.length, limit),
      count: items.length,
      filledBy: { criteria: chosen.length, promotion: 0, backup: backup.length },
      criterion: { key: criterion.key, title: criterion.title },
      key: keys,
      cart: criterion === cartBased ? this.#lines(request, person) : [],
      items,
      requestId: this.#ids.next(),
      trackingToken: this.#ids.next(),
      age: this.#model.newestAt === 0 ? 0 : Math.max(0, Math.round((this.#clock.now() - this.#model.newestAt) / 1000)),
    };
  }

  #isShowable(id: string): boolean {
    const item = this.#catalog.get(id);
    return item !== undefined && inStock(item);
  }

  #backup(limit: number, accept: (id: string) => boolean, seed: string | undefined): Candidate[] {
    if (limit <= 0) return [];
    const viewed = mostViewed({ model: this.#model, limit, accept });
    return viewed.length === limit ? viewed : [...viewed, ...this.#unseen(limit - viewed.length, accept, seed)];
  }

  /**
   * Items that nobody has viewed, so that a new shop shows something. Nothing speaks for one of them before another:
   * the seed says where in the range to begin, so that different people see different ones (BAK-1: "at random").
   */
  #unseen(limit: number, accept: (id: string) => boolean, seed: string | undefined): Candidate[] {
    const ids = this.#idsInOrder();
    const begin =
      seed === undefined || ids.length === 0 ? 0 : Number.parseInt(sha256(seed).slice(0, 8), 16) % ids.length;
    const found: Candidate[] = [];
    for (let step = 0; step < ids.length && found.length < limit; step++) {
      const id = ids[(begin + step) % ids.length]!;
      if (this.#model.viewed.visits(this.#model.items.find(id)) > 0 || !accept(id)) continue;
      found.push({ id, score: 0, reason: rangeReason, because: [{ key: null, algorithm: 'range', count: 0 }] });
    }
    return found;
  }

  #idsInOrder(): string[] {
    const { version } = this.#catalog;
    if (this.#range?.version !== version) {
      this.#range = { version, ids: [...this.#catalog.all()].map(({ id }) => id).sort() };
    }
    return this.#range.ids;
  }

  #item({ id, score, reason, because }: Candidate, source: RecommendedItem['source']): RecommendedItem {
    return { ...this.#face(id), source, score: Math.round(score * 1e6) / 1e6, rank: 0, reason, because };
  }

  /** The cart's own lines, in order, as they are in the catalogue now; lines of unknown items cannot be shown. */
  #lines({ cart }: RecommendRequest, person: Person | null): AnsweredLine[] {
    const stored = new Map(person?.cart.map(({ item, quantity }) => [item, quantity]));
    const given = new Map<string, number>();
    for (const id of cart ?? []) given.set(id, (given.get(id) ?? 0) + 1);
    const lines = cart === undefined ? stored : given;
    return [...lines].flatMap(([id, count]) => {
      const item = this.#catalog.get(id);
      if (!item) return [];
      const quantity = count > 1 ? count : (stored.get(id) ?? count);
      return [{ ...this.#face(id), quantity, inStock: inStock(item) }];
    });
  }

  #face(id: string): Pick<RecommendedItem, 'id' | 'name' | 'url' | 'imageUrl' | 'price' | 'currency' | 'category'> {
    const item = this.#catalog.get(id)!;
    const { name, url, imageUrl, currency } = item;
    return { id, name, url, imageUrl, price: priceOf(item), currency, category: item.categories[0] ?? '' };
  }
}

/** How many slots the backup may fill. */
function slotsForBackup(rule: RecommendRequest['backup'], chosen: number, limit: number): number {
  if (rule === 'none' || (rule === 'empty' && chosen > 0)) return 0;
  return limit - chosen;
}

function criterionOf(key: string): Criterion {
  const found = shipped.find((criterion) => criterion.key === key);
  if (found) return found;
  const near = nearest(
    key,
    shipped.map((criterion) => criterion.key),
  );
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new BeckonError(errors.CRITERION_UNKNOWN, `There is no criterion "${key.slice(0, 80)}"${hint}`, {
    where: 'criterion',
  });
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

function statusOf(chosen: number, count: number, limit: number): RecommendationAnswer['status'] {
  if (count === 0) return 'empty';
  if (chosen === 0) return 'backup';
  return count < limit ? 'partial' : 'ok';
}
