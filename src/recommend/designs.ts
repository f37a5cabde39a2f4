import { BeckonError, nearest, type Clock } from '../base/index.ts';
import type { Item } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { Versions } from './activity-version.ts';
import type { RecommendationAnswer } from './answer.ts';
import type { Design, DesignDefinition, Rendered } from './design.ts';
import { compileDesign } from './design.ts';
import { designErrors } from './design-error.ts';
import { assertDesign, validateDesign, type DesignCheck } from './design-validate.ts';
import { designNumbers, numberDesign } from './table-design-number.ts';

/** A design with how it stands. */
export interface DesignView extends DesignDefinition {
  /** The same as the key as a number, for Target's admin API; stays. */
  number: number;
  version: number;
  savedAt: number;
  /** How many items it shows. */
  entityCount: number;
}

interface DesignParts {
  store: Store;
  clock: Clock;
  /** As an environment has it; null is the usual one. */
  item: (id: string, environment: string | null) => Item | undefined;
  /** How far back a criterion looks, days; null where that has no meaning, or nobody knows it. */
  days?: (criterion: string) => number | null;
}

/** The designs of a shop: each save is a version, and holds from the next request on. */
export class Designs {
  readonly #versions: Versions<DesignDefinition>;
  readonly #item: DesignParts['item'];
  readonly #days: NonNullable<DesignParts['days']>;
  readonly #clock: Clock;
  readonly #store: Store;
  #numbers: ReadonlyMap<string, number> = new Map();
  #usedBy: (key: string) => string | null = () => null;
  /** Compiled, by key, for the version that holds. */
  readonly #ready = new Map<string, { version: number; design: Design }>();

  constructor(parts: DesignParts) {
    this.#versions = new Versions({ store: parts.store, clock: parts.clock, kind: 'design' });
    this.#item = parts.item;
    this.#days = parts.days ?? (() => null);
    this.#clock = parts.clock;
    this.#store = parts.store;
  }

  /** Who uses a design, in words; null for nobody. Asked before one is removed. */
  whoUses(usedBy: (key: string) => string | null): void {
    this.#usedBy = usedBy;
  }

  async refresh(): Promise<boolean> {
    const changed = await this.#versions.refresh();
    if (changed) this.#numbers = await designNumbers(this.#store);
    return changed;
  }

  list(): DesignView[] {
    return this.#versions.list().flatMap(({ key }) => this.#viewOf(key) ?? []);
  }

  /** @throws DESIGN_UNKNOWN */
  get(key: string): DesignView {
    return this.#viewOf(key) ?? this.#missing(key);
  }

  has(key: string): boolean {
    return this.#versions.get(key)?.current != null;
  }

  /** Tries a design without saving it. */
  validate(definition: DesignDefinition): DesignCheck {
    return validateDesign(definition);
  }

  /** Saves a design that works with every sample. @throws DESIGN_INVALID, LANGUAGE_* */
  async put(definition: DesignDefinition): Promise<DesignView> {
    assertDesign(definition);
    await numberDesign(this.#store, definition.key);
    await this.#versions.save(definition.key, 'live', definition);
    this.#numbers = await designNumbers(this.#store);
    return this.get(definition.key);
  }

  /** @throws DESIGN_UNKNOWN, DESIGN_IN_USE */
  async remove(key: string): Promise<void> {
    this.get(key);
    const user = this.#usedBy(key);
    if (user !== null) throw new BeckonError(designErrors.DESIGN_IN_USE, `The design "${key}" is used by ${user}`);
    await this.#versions.save(key, 'gone', null);
  }

  /** Earlier texts of a design, newest first. */
  history(key: string): ReturnType<Versions<DesignDefinition>['history']> {
    this.get(key);
    return this.#versions.history(key);
  }

  /** How many items a design shows. @throws DESIGN_UNKNOWN */
  slotsOf(key: string): number {
    return this.#design(key).slots;
  }

  /** Makes a design, or a draft of it, for an answer. @throws DESIGN_UNKNOWN, DESIGN_FAULT, RENDER_* */
  render(
    key: string,
    answer: RecommendationAnswer,
    {
      tokens = {},
      draft = null,
      environment = null,
    }: { tokens?: Readonly<Record<string, string>>; draft?: Design | null; environment?: string | null } = {},
  ): Rendered {
    const item = (id: string) => this.#item(id, environment);
    const days = this.#days(answer.criterion.key);
    return (draft ?? this.#design(key)).render({ answer, item, tokens, days, now: this.#clock.now() });
  }

  #design(key: string): Design {
    const current = this.#versions.get(key)?.current;
    if (!current) return this.#missing(key);
    const known = this.#ready.get(key);
    if (known?.version === current.version) return known.design;
    const design = compileDesign(current.body);
    this.#ready.set(key, { version: current.version, design });
    return design;
  }

  #viewOf(key: string): DesignView | null {
    const current = this.#versions.get(key)?.current;
    if (!current) return null;
    const { version, savedAt } = current;
    return { ...current.body, number: this.#numbers.get(key) ?? 0, version, savedAt, entityCount: this.#countOf(key) };
  }

  /** 0 for a design that an earlier Beckon took and this one does not: it is listed all the same. */
  #countOf(key: string): number {
    try {
      return this.slotsOf(key);
    } catch (error) {
      if (error instanceof BeckonError) return 0;
      throw error;
    }
  }

  #missing(key: string): never {
    const near = nearest(
      key,
      this.#versions.list().map((one) => one.key),
    );
    const hint = near === undefined ? '' : `; did you mean "${near}"?`;
    throw new BeckonError(designErrors.DESIGN_UNKNOWN, `There is no design "${key.slice(0, 80)}"${hint}`, {
      where: 'design',
    });
  }
}
