import type { ActivityInput, ActivityView } from '../../src/api/contract-design.ts';

export type Offering = NonNullable<ActivityInput['experiences']>[number]['offers'][number];

/** One of the ways in which an activity may answer, with its share of all who would see it. */
export interface Shown {
  key: string;
  name: string;
  share: number;
  offers: Offering[];
}

/** What an activity says: its draft, or what is published. Pure. */
export function saidOf({ draft, published }: ActivityView): ActivityInput {
  const { key: _key, ...said } = (draft ?? published)!;
  return said;
}

/**
 * The experiences of an activity, those of a grid of criteria and designs too. Pure.
 * @param nameOf what a criterion is called
 */
export function shownOf(
  { experiences, recommend, control = 0 }: ActivityInput,
  nameOf: (criterion: string) => string = (criterion) => criterion,
): Shown[] {
  const all = recommend ? gridOf(recommend) : (experiences ?? []);
  const whole = all.reduce((sum, { weight = 1 }) => sum + weight, 0) || 1;
  return all.map(({ key, name, weight = 1, offers }) => ({
    key,
    name: name ?? (recommend ? gridName(offers[0], nameOf) : key),
    share: ((1 - control) * weight) / whole,
    offers,
  }));
}

function gridName(offer: Offering | undefined, nameOf: (criterion: string) => string): string {
  if (offer?.kind !== 'recommendation') return '';
  return offer.design === undefined ? nameOf(offer.criterion) : `${nameOf(offer.criterion)}, ${offer.design}`;
}

type Experience = NonNullable<ActivityInput['experiences']>[number];

function gridOf({ criteria, designs, ...shared }: NonNullable<ActivityInput['recommend']>): Experience[] {
  return criteria.flatMap(({ criterion, weight = 1 }) =>
    (designs ?? [null]).map((one): Experience => ({
      key: one ? `${criterion}.${one.design}` : criterion,
      weight: weight * (one?.weight ?? 1),
      offers: [{ kind: 'recommendation', criterion, ...shared, ...(one ? { design: one.design } : {}) }],
    })),
  );
}
