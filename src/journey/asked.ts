import type { History } from '../language/index.ts';
import type { Profile, Profiles } from '../profile/index.ts';
import type { Runner } from '../store/index.ts';
import { expressionOf } from './action.ts';
import { comingTypes } from './best-hour.ts';
import type { JourneyDefinition } from './definition.ts';

const known = new WeakMap<JourneyDefinition, readonly string[]>();
const asking = /\b(happened|count|sum|last|first|daysSince)\s*\(/;
const quoted = /["'](\p{L}[\p{L}\p{N}_$:-]*(?:\.[\p{L}\p{N}_$:-]+)+)["']/gu;

/** Types of events that the conditions, keys and bodies of a journey ask the history for; mostly none. */
export function asksOf(definition: JourneyDefinition): readonly string[] {
  let types = known.get(definition);
  if (!types) {
    const best = Object.values(definition.activities).some((one) => one.kind === 'wait' && one.best !== undefined);
    types = [...new Set([...textsOf(definition, 0).flatMap(asksOfText), ...(best ? comingTypes : [])])].sort();
    known.set(definition, types);
  }
  return types;
}

function textsOf(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return asking.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null || depth > 40) return [];
  return Object.values(value).flatMap((one) => textsOf(one, depth + 1));
}

/** Of a template everything that looks like a type of event; that one is read too many costs little. */
function asksOfText(text: string): readonly string[] {
  const types = [...text.matchAll(quoted)].map(([, type]) => type!);
  if (text.includes('{')) return types;
  try {
    return expressionOf(text.replace(/^=/, '')).asks;
  } catch {
    return types;
  }
}

/** What people did, as far as the journeys that concern them ask. Kept as long as the profile that was read is. */
export class AskedHistories {
  readonly #profiles: Pick<Profiles, 'histories'>;
  readonly #read = new WeakMap<Profile, { types: ReadonlySet<string>; history: History }>();

  constructor(profiles: Pick<Profiles, 'histories'>) {
    this.#profiles = profiles;
  }

  /** Reads what these journeys ask about these people, all in one query; nothing when they ask nothing. */
  async load(runner: Runner, profiles: readonly Profile[], definitions: readonly JourneyDefinition[]): Promise<void> {
    const types = new Set(definitions.flatMap((definition) => asksOf(definition)));
    const open = profiles.filter((profile) => [...types].some((type) => !this.#read.get(profile)?.types.has(type)));
    if (open.length === 0) return;
    for (const profile of open) for (const type of this.#read.get(profile)?.types ?? []) types.add(type);
    const ids = open.map(({ id }) => id);
    const found = await this.#profiles.histories(runner, ids, { types: [...types], since: -Infinity });
    for (const profile of open) this.#read.set(profile, { types, history: found.get(profile.id)! });
  }

  /** What an evaluation about this profile is given. */
  of(profile: Profile): { history?: History } {
    const read = this.#read.get(profile);
    return read ? { history: read.history } : {};
  }
}
