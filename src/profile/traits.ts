import type { Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { traitOf, type Trait, type TraitDefinition } from './trait.ts';

/** The computed traits as defined; kept in memory, as every event asks for them. */
export class Traits {
  readonly #store: Store;
  readonly #clock: Clock;
  #all: readonly Trait[] = [];
  #mark = '';

  constructor(parts: { store: Store; clock: Clock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  get all(): readonly Trait[] {
    return this.#all;
  }

  /** Reads the definitions; again when another process has changed them. Cheap: for every round of the workers. */
  async refresh(): Promise<void> {
    const [row] = await this.#store.rows<{ mark: string | null }>({
      name: 'profile.traits-mark',
      text: `select string_agg(key || updated_at, ' ' order by key) as mark from trait`,
    });
    const mark = row?.mark ?? '';
    if (mark === this.#mark) return;
    const rows = await this.#store.rows<{ definition: TraitDefinition }>({
      text: 'select definition from trait order by key',
    });
    this.#all = rows.map(({ definition }) => traitOf(definition));
    this.#mark = mark;
  }

  list(): TraitDefinition[] {
    return this.#all.map(({ definition }) => definition);
  }

  /**
   * Saves a definition; it counts what happens from now on, and begins anew when what it counts has changed. Throws
   * PROFILE_TRAIT_INVALID or what the language says of its expressions.
   */
  async put(definition: TraitDefinition): Promise<TraitDefinition> {
    traitOf(definition);
    await this.#store.run({
      text: `insert into trait (key, definition, updated_at) values ($1, $2, $3)
        on conflict (key) do update set definition = excluded.definition,
          updated_at = greatest(excluded.updated_at, trait.updated_at + interval '1 millisecond')`,
      values: [definition.key, JSON.stringify(definition), new Date(this.#clock.now())],
    });
    await this.refresh();
    return definition;
  }

  /** @returns whether there was one */
  async remove(key: string): Promise<boolean> {
    const gone = await this.#store.run({ text: 'delete from trait where key = $1', values: [key] });
    await this.refresh();
    return gone > 0;
  }
}
