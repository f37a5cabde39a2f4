import { BeckonError } from '../base/index.ts';
import { bucketOf } from '../profile/index.ts';
import { designErrors } from './design-error.ts';
import { checkOffering, type Known, type Offering, type RecommendationOffer } from './offer.ts';

/** One of the ways in which an activity may answer. */
export interface Experience {
  key: string;
  name?: string;
  /** Its share of those who are not in the control group, beside the others'; default 1. */
  weight?: number;
  /** In this order, each an option of its own. None: the place shows what it shows without us. */
  offers: Offering[];
}

/** Criteria × designs, each pair an experience (recommendations ACT-2); weights multiply. */
export interface Grid extends Omit<RecommendationOffer, 'kind' | 'criterion' | 'design'> {
  criteria: { criterion: string; weight?: number }[];
  designs?: { design: string; weight?: number }[];
}

/** What a place shows, to whom, from when to when (recommendations ACT-1). */
export interface ActivityDefinition {
  key: string;
  name: string;
  /** An mbox or scope by its name, `view:<name>`, `target-global-mbox`, or a surface: `web://…` or `#place`. */
  location: string;
  /** Who may see it; without one everybody. */
  audience?: string;
  /** 0 to 999: of several that may answer a place the highest does. Default 0. */
  priority?: number;
  /** ISO times; from `start`, and before `end`. */
  start?: string;
  end?: string;
  /** Share that is shown nothing, 0 to 1. */
  control?: number;
  /** Either these, or `recommend`. */
  experiences?: Experience[];
  recommend?: Grid;
}

/** An activity as it answers requests. */
export interface LiveActivity {
  definition: ActivityDefinition;
  version: number;
  state: 'live' | 'paused';
}

/** Whoever asks. */
export interface Asker {
  /** What assignment hangs on: the same for one visitor always. */
  unit: string;
  /** Keys of the audiences they are in. */
  audiences: ReadonlySet<string>;
}

/** Which activity answers, and how; without an experience they are in its control group. */
export interface Choice {
  activity: ActivityDefinition;
  version: number;
  experience: Experience | null;
}

/** An activity that might have answered, and why it did not (recommendations ACT-7). */
export interface Passed {
  activity: string;
  why: 'paused' | 'not begun' | 'has ended' | 'not in the audience' | 'another has priority';
}

/** The experiences of an activity, each with its weight. */
export function experiencesOf({ experiences, recommend }: ActivityDefinition): Experience[] {
  if (!recommend) return experiences ?? [];
  const { criteria, designs, ...shared } = recommend;
  return criteria.flatMap(({ criterion, weight = 1 }) =>
    (designs ?? [null]).map((one): Experience => {
      const offer: RecommendationOffer = {
        kind: 'recommendation',
        criterion,
        ...shared,
        ...(one ? { design: one.design } : {}),
      };
      const key = one ? `${criterion}.${one.design}` : criterion;
      return { key, weight: weight * (one?.weight ?? 1), offers: [offer] };
    }),
  );
}

/**
 * In which experience a unit is, for as long as shares and weights stay: null is the control group. Pure; the bucket is
 * that of journeys (trust.md §5.1).
 */
export function assignExperience(activity: ActivityDefinition, unit: string): Experience | null {
  const share = bucketOf(`activity:${activity.key}:v1`, unit) / 10_000;
  const control = activity.control ?? 0;
  if (share < control) return null;
  const experiences = experiencesOf(activity);
  const whole = experiences.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let left = ((share - control) / (1 - control)) * whole;
  for (const experience of experiences) {
    left -= experience.weight ?? 1;
    if (left < 0) return experience;
  }
  return experiences.findLast(({ weight = 1 }) => weight > 0) ?? null;
}

/** Which of the activities of a place answers: the highest priority, then the first key. Pure. */
export function chooseActivity(
  activities: readonly LiveActivity[],
  asker: Asker,
  now: number,
): { choice: Choice | null; passed: Passed[] } {
  const passed: Passed[] = [];
  let choice: Choice | null = null;
  for (const one of [...activities].sort(byPriority)) {
    const { definition, version } = one;
    const why = whyNot(one, asker, now) ?? (choice ? 'another has priority' : null);
    if (why !== null) passed.push({ activity: definition.key, why });
    else choice = { activity: definition, version, experience: assignExperience(definition, asker.unit) };
  }
  return { choice, passed };
}

function byPriority({ definition: a }: LiveActivity, { definition: b }: LiveActivity): number {
  return (b.priority ?? 0) - (a.priority ?? 0) || (a.key < b.key ? -1 : 1);
}

function whyNot({ definition, state }: LiveActivity, { audiences }: Asker, now: number): Passed['why'] | null {
  const { start, end, audience } = definition;
  if (state === 'paused') return 'paused';
  if (start !== undefined && now < Date.parse(start)) return 'not begun';
  if (end !== undefined && now >= Date.parse(end)) return 'has ended';
  return audience !== undefined && !audiences.has(audience) ? 'not in the audience' : null;
}

/** Refuses a definition that could never answer. @throws ACTIVITY_INVALID with the field in `where` */
export function checkActivity(activity: ActivityDefinition, known: Known): void {
  const { audience, control = 0, experiences, recommend, location } = activity;
  if (!/^(?:web:\/\/[^\s#]+(?:#\S+)?|#\S+|[^\s#]\P{Cc}{0,249})$/u.test(location)) {
    refuse(
      `"${location}" is no place: the name of an mbox, "view:<name>", web://host/path#place or #place`,
      'location',
    );
  }
  if (audience !== undefined && !known.audience(audience)) refuse(`There is no audience "${audience}"`, 'audience');
  if (!(control >= 0 && control <= 1)) refuse(`"control" is ${control}; a share lies between 0 and 1`, 'control');
  if ((experiences === undefined) === (recommend === undefined)) {
    refuse('An activity has either "experiences" or "recommend"', 'experiences');
  }
  checkDates(activity);
  checkExperiences(activity, known);
}

function checkDates({ start, end }: ActivityDefinition): void {
  for (const [where, time] of Object.entries({ start, end })) {
    if (time !== undefined && Number.isNaN(Date.parse(time))) refuse(`"${time}" is not a time`, where);
  }
  if (start !== undefined && end !== undefined && Date.parse(end) <= Date.parse(start)) {
    refuse('The end lies before the start', 'end');
  }
}

function checkExperiences(activity: ActivityDefinition, known: Known): void {
  const experiences = experiencesOf(activity);
  const field = activity.recommend ? 'recommend' : 'experiences';
  if (experiences.length === 0 || experiences.length > 100) {
    refuse(`An activity has 1 to 100 experiences; this one has ${experiences.length}`, field);
  }
  const seen = new Set<string>();
  experiences.forEach((experience, i) => {
    const { key, weight = 1, offers } = experience;
    const where = `${field}[${i}]`;
    if (seen.has(key)) refuse(`Two experiences have the key "${key}"`, where);
    seen.add(key);
    if (!(weight >= 0 && weight <= 1e6))
      refuse(`The weight ${weight} of "${key}" is not one from 0 to 1000000`, `${where}.weight`);
    for (const offer of offers) checkOffering(offer, known, { kind: designErrors.ACTIVITY_INVALID, where });
  });
  if (experiences.every(({ weight = 1 }) => weight === 0)) refuse('All weights are 0', field);
}

function refuse(sentence: string, where: string): never {
  throw new BeckonError(designErrors.ACTIVITY_INVALID, sentence, { where });
}
