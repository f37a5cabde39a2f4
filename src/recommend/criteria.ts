import { BeckonError, nearest, stableJson, type Clock } from '../base/index.ts';
import type { InclusionRule } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { Versions } from './activity-version.ts';
import { shippedCriteria } from './criteria-shipped.ts';
import { checkCriterion, checkKey, type KnownToCriteria } from './criterion-check.ts';
import type { CriterionContent, CriterionDefinition } from './criterion-definition.ts';
import { errors } from './error.ts';
import { plainName } from './key.ts';
import { numberOf } from './table-criterion.ts';
import { jointly } from './visitor-groups.ts';

/** A criterion as its table has it. */
interface Kept {
  content: CriterionContent;
  number: number;
  createdAt: number;
  by: string | null;
}

/** What a criterion said at some time. */
export interface CriterionVersion {
  version: number;
  at: number;
  by: string | null;
  content: CriterionContent;
}

/** Names what uses a criterion, as `the activity "home"`; nothing when nothing does. */
export type UsersOfCriterion = (key: string) => readonly string[] | Promise<readonly string[]>;

interface Parts {
  store: Store;
  clock: Clock;
  /** Is there an uploaded list of this name? */
  hasList?: (name: string) => boolean;
  /** Called with the rules of a criterion before it takes effect. */
  prepare?: (rules: readonly (readonly InclusionRule[])[]) => Promise<void>;
}

const mostCriteria = 1000;
const shipped = new Map(shippedCriteria.map((one) => [one.key, one]));

/**
 * Criteria: those that come with Beckon, and the shop's own as they are kept, in memory over their table. A change holds
 * from the next request on; what another process saved is seen with `refresh`.
 */
export class Criteria implements KnownToCriteria {
  readonly #parts: Parts;
  readonly #versions: Versions<Kept>;
  /** Of each version what `find` gives: asked for by every answer. */
  readonly #views = new WeakMap<object, CriterionDefinition>();
  #visitorLists: readonly (readonly string[])[] | null = null;
  #eventTypes: ReadonlySet<string> | null = null;
  readonly #users: UsersOfCriterion[] = [(key) => this.#usedByCriteria(key)];

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#versions = new Versions({ ...parts, kind: 'criterion' });
  }

  /** Takes in what other processes saved. */
  async refresh(): Promise<void> {
    if (!(await this.#versions.refresh())) return;
    this.#changed();
    await this.#parts.prepare?.(this.#own().flatMap(rulesOf));
  }

  /** Asks who else uses a criterion before it is removed. */
  onRemove(users: UsersOfCriterion): void {
    this.#users.push(users);
  }

  /** By number: those of Beckon first. */
  list(): CriterionDefinition[] {
    return [...shippedCriteria, ...this.#own().sort((a, b) => a.number - b.number)];
  }

  /** By key or number. */
  find(id: string): CriterionDefinition | undefined {
    const found = shipped.get(id) ?? this.#viewOf(id);
    if (found || !/^\d{1,15}$/.test(id)) return found;
    return this.list().find(({ number }) => number === Number(id));
  }

  /** @throws CRITERION_UNKNOWN */
  get(id: string): CriterionDefinition {
    return this.find(id) ?? missing(id, this.list());
  }

  hasList(name: string): boolean {
    return this.#parts.hasList?.(name) ?? false;
  }

  /** A criterion that is only tried, in its one form. @throws CRITERION_INVALID, RULE_INVALID */
  check(content: CriterionContent): CriterionContent {
    return checkCriterion(content, null, this);
  }

  /**
   * Makes a criterion, or a new version of it; it holds from the next request on. Saying the same again changes nothing.
   *
   * @throws CRITERION_INVALID, RULE_INVALID, CRITERION_SHIPPED
   */
  async put(
    key: string,
    { content, by }: { content: CriterionContent; by: string | null },
  ): Promise<CriterionDefinition> {
    checkKey(key);
    assertOwn(key, 'changed');
    const checked = checkCriterion(content, key, this);
    const before = this.#versions.get(key)?.current;
    if (before && same(before.body.content, checked)) return this.get(key);
    if (!before && this.#versions.list().length >= mostCriteria) {
      throw new BeckonError(errors.CRITERION_INVALID, `There are ${mostCriteria} criteria already`, { where: 'key' });
    }
    await this.#parts.prepare?.(rulesOf(checked));
    const number = await numberOf(this.#parts.store, key);
    const createdAt = before?.body.createdAt ?? this.#parts.clock.now();
    await this.#versions.save(key, 'live', { content: checked, number, createdAt, by });
    this.#changed();
    return this.get(key);
  }

  /** @throws CRITERION_UNKNOWN, CRITERION_SHIPPED, CRITERION_IN_USE */
  async remove(id: string): Promise<void> {
    const { key } = this.get(id);
    assertOwn(key, 'removed');
    const users: string[] = [];
    for (const ask of this.#users) users.push(...(await ask(key)));
    if (users.length > 0) {
      const more = users.length > 3 ? ` and ${users.length - 3} more` : '';
      throw new BeckonError(
        errors.CRITERION_IN_USE,
        `The criterion "${key}" is used by ${users.slice(0, 3).join(', ')}${more}`,
      );
    }
    await this.#versions.save(key, 'gone', null);
    this.#changed();
  }

  /** What it said, newest first; a criterion of Beckon has one version. @throws CRITERION_UNKNOWN */
  async versions(id: string): Promise<CriterionVersion[]> {
    const found = this.get(id);
    if (found.shipped) return [{ version: 1, at: 0, by: null, content: contentOf(found) }];
    const rows = await this.#versions.history(found.key);
    return rows.flatMap(({ version, savedAt, body }) =>
      body === null ? [] : [{ version, at: savedAt, by: body.by, content: body.content }],
    );
  }

  /**
   * Attributes of visitors by which criteria ask what is popular (recommendations ALG-19), each list together: for a
   * criterion that goes from all of them to ever fewer, each step is a list.
   */
  get visitorLists(): readonly (readonly string[])[] {
    this.#visitorLists ??= visitorListsOf(this.#own());
    return this.#visitorLists;
  }

  /** Types of events by which criteria ask what is popular (recommendations ALG-20). */
  get eventTypes(): ReadonlySet<string> {
    this.#eventTypes ??= new Set(
      this.#own().flatMap(({ algorithm }) =>
        algorithm.kind === 'popular' && algorithm.action === 'event' ? [algorithm.event ?? ''] : [],
      ),
    );
    return this.#eventTypes;
  }

  /** Who uses a collection or promotion is asked elsewhere; criteria use other criteria, and uploaded lists. */
  whoUsesList(name: string): string[] {
    return this.#own().flatMap(({ key, algorithm }) =>
      algorithm.kind === 'custom' && algorithm.list === name ? [`the criterion "${key}"`] : [],
    );
  }

  #changed(): void {
    this.#visitorLists = null;
    this.#eventTypes = null;
  }

  #own(): CriterionDefinition[] {
    return this.#versions.list().flatMap(({ key }) => this.#viewOf(key) ?? []);
  }

  #viewOf(key: string): CriterionDefinition | undefined {
    const current = this.#versions.get(key)?.current;
    if (!current) return undefined;
    const known = this.#views.get(current);
    if (known) return known;
    const { version, savedAt, body } = current;
    const { content, number, createdAt, by } = body;
    const view = { ...content, key, number, version, shipped: false, createdAt, updatedAt: savedAt, updatedBy: by };
    this.#views.set(current, view);
    return view;
  }

  #usedByCriteria(key: string): string[] {
    return this.#own().flatMap(({ key: user, algorithm, backup }) => {
      const isMember = algorithm.kind === 'sequence' && algorithm.members.some(({ criterion }) => criterion === key);
      return isMember || backup?.chain?.includes(key) ? [`the criterion "${user}"`] : [];
    });
  }
}

/** Those that come with Beckon, for a recommender without a store. */
export const shippedOnly: Pick<Criteria, 'find' | 'get'> = {
  find: (key) => shipped.get(key),
  get: (key) => shipped.get(key) ?? missing(key, shippedCriteria),
};

/** What a criterion says, without what is noted of it. */
export function contentOf(definition: CriterionDefinition): CriterionContent {
  const {
    key: _k,
    number: _n,
    version: _v,
    shipped: _s,
    createdAt: _c,
    updatedAt: _u,
    updatedBy: _b,
    ...content
  } = definition;
  return content;
}

function visitorListsOf(criteria: readonly CriterionDefinition[]): string[][] {
  const lists = criteria.flatMap(({ algorithm }) => {
    if (algorithm.kind !== 'popular' || algorithm.within === undefined || !('visitors' in algorithm.within)) return [];
    const names = algorithm.within.visitors.map(plainName);
    return algorithm.within.as === 'in-turn' ? names.map((name) => [name]) : names.map((_, n) => names.slice(0, n + 1));
  });
  return [...new Map(lists.map((list) => [jointly(list), list])).values()];
}

function rulesOf({ rules = [], weights = [] }: CriterionContent): (readonly InclusionRule[])[] {
  return [...(rules.length > 0 ? [rules] : []), ...weights.map(({ rule }) => [rule])];
}

function assertOwn(key: string, what: string): void {
  if (!shipped.has(key)) return;
  throw new BeckonError(errors.CRITERION_SHIPPED, `"${key}" comes with Beckon and cannot be ${what}`, { where: 'key' });
}

function missing(key: string, all: readonly CriterionDefinition[]): never {
  const near = nearest(
    key,
    all.map((one) => one.key),
  );
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new BeckonError(errors.CRITERION_UNKNOWN, `There is no criterion "${key.slice(0, 80)}"${hint}`, {
    where: 'criterion',
  });
}

/** The database keeps the fields of an object in an order of its own. */
function same(a: unknown, b: unknown): boolean {
  return stableJson(a) === stableJson(b);
}
