import type { CriterionView } from '../../src/api/contract-criterion.ts';

/** What uses a criterion: other criteria by their backups and sequences, activities, journeys. */
export interface Use {
  kind: 'criterion' | 'activity' | 'journey';
  key: string;
  name: string;
}

/** As far as one reads of an activity what it shows. */
export interface ActivityRead {
  key: string;
  published: { name: string } | null;
  draft: { name: string } | null;
}

/** As far as one reads of a journey what it asks. */
export interface JourneyRead {
  key: string;
  definition: Record<string, unknown>;
}

/** Everything that names a criterion. Pure. */
export function usesOf(
  key: string,
  known: {
    criteria: readonly CriterionView[];
    activities: readonly ActivityRead[];
    journeys: readonly JourneyRead[];
  },
): Use[] {
  return [
    ...known.criteria.filter((one) => one.key !== key && namesIn(one).has(key)).map((one) => useOf('criterion', one)),
    ...known.activities
      .filter(({ published, draft }) => asksFor([published, draft], key))
      .map(({ key: own, published, draft }) => useOf('activity', { key: own, name: (published ?? draft)?.name })),
    ...known.journeys
      .filter(({ definition }) => asksFor(definition, key))
      .map(({ key: own, definition }) => useOf('journey', { key: own, name: String(definition['name'] ?? own) })),
  ];
}

const useOf = (kind: Use['kind'], { key, name }: { key: string; name?: string | undefined }): Use => ({
  kind,
  key,
  name: name ?? key,
});

function namesIn({ algorithm, backup }: CriterionView): Set<string> {
  const members = algorithm.kind === 'sequence' ? algorithm.members.map(({ criterion }) => criterion) : [];
  return new Set([...members, ...(backup?.chain ?? [])]);
}

/** Does a document have a field `criterion` with this value, however deep? */
function asksFor(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((one) => asksFor(one, key));
  return Object.entries(value).some(([name, inner]) => (name === 'criterion' ? inner === key : asksFor(inner, key)));
}
