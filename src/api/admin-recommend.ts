import { Type, type Static, type TSchema } from 'typebox';
import { BeckonError, isUuid, turn } from '../base/index.ts';
import { identityKey, normalIdentity, type Identity } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import { needsOf, recommendErrors, type CriterionDefinition } from '../recommend/index.ts';
import { RecommendationAnswer, RecommendationRequest } from './contract.ts';
import { type Door, Written } from './door.ts';
import type { House, Person, RecommendRequest } from './house.ts';
import { findProfile, personIfAllowed } from './person.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Recipients of one call. */
const mostRecipients = 1000;
/** Answers made in one go, before others get a turn. */
const goSize = 50;

/** Each recipient may say anything that the whole request may, and goes before it. */
const BatchRequest = Type.Object({
  ...RecommendationRequest.properties,
  recipients: Type.Array(Type.Partial(RecommendationRequest), { minItems: 1, maxItems: mostRecipients }),
});
type BatchRequest = Static<typeof BatchRequest>;
type Names = Pick<RecommendationRequest, 'identities' | 'profileId'>;

/** Doors to the recommender: one answer, and many. */
export function recommendDoors(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/recommendations',
    scope: 'recommend',
    looks: true,
    summary: 'What to show to somebody, by one criterion, with reasons.',
    body: RecommendationRequest,
    answer: RecommendationAnswer,
    work: async ({ body }) => {
      assertNeeds(house.criteria.get(body.criterion), body);
      return house.recommend.answer(questionOf(body), await personOfRequest(body, house));
    },
  });
  make({
    method: 'POST',
    path: '/recommendations::batch',
    scope: 'recommend',
    summary: `The same for up to ${mostRecipients} recipients in one call, answered in their order.`,
    body: BatchRequest,
    answer: Type.Object({ answers: Type.Array(RecommendationAnswer) }),
    work: ({ body }) => answerAll(body, house),
  });
}

/** All recipients, their profiles read at once; what is answered is written as it comes, and let go. */
async function answerAll({ recipients, ...shared }: BatchRequest, house: House): Promise<Written> {
  const asked = recipients.map((own) => ({ ...shared, ...own }));
  for (const request of asked) assertNeeds(house.criteria.get(request.criterion), request);
  const known = await house.profiles.findAll(asked.flatMap(namesOf));
  let text: LongText | null = null;
  for (let n = 0; n < asked.length; n++) {
    const request = asked[n]!;
    const profile = profileOf(request, known);
    const answer = JSON.stringify(house.recommend.answer(questionOf(request), personIfAllowed(profile, house)));
    // All are about as long as the first.
    text ??= new LongText(answer.length * asked.length * 1.25);
    text.add(n === 0 ? '{"answers":[' : ',');
    text.add(answer);
    if (n % goSize === goSize - 1) await turn();
  }
  text!.add(']}');
  return new Written(text!.octets);
}

function profileOf(request: Names, known: ReadonlyMap<string, Profile>): Profile | null {
  for (const name of namesOf(request)) {
    const profile = known.get(identityKey(name));
    if (profile !== undefined) return profile;
  }
  return null;
}

/** A text as octets, piece by piece: each piece may go as soon as it is written. */
class LongText {
  #buffer: Buffer;
  #length = 0;

  /** @param expected octets, about; it may become longer */
  constructor(expected: number) {
    this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(expected) + (1 << 16));
  }

  add(piece: string): void {
    // A unit of UTF-16 takes three octets at most.
    const most = this.#length + piece.length * 3;
    if (most > this.#buffer.length) {
      const wider = Buffer.allocUnsafeSlow(Math.max(most, this.#buffer.length * 2));
      this.#buffer.copy(wider, 0, 0, this.#length);
      this.#buffer = wider;
    }
    this.#length += this.#buffer.write(piece, this.#length);
  }

  get octets(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }
}

/** The question without whom it is for. */
export function questionOf<R extends Names>(request: R): Omit<R, keyof Names> {
  const { identities: _identities, profileId: _profileId, ...question } = request;
  return question;
}

/** By profile id, otherwise by the first identity that is known; nobody known is an answer for a stranger. */
export async function personOfRequest(request: Names, house: House): Promise<Person | null> {
  for (const name of namesOf(request)) {
    const profile: Profile | null = await findProfile(name, house);
    if (profile) return personIfAllowed(profile, house);
  }
  return null;
}

/** The names somebody is asked for by, in the order in which they are tried. */
function namesOf({ profileId, identities = {} }: Names): Identity[] {
  const own = profileId !== undefined && isUuid(profileId) ? [{ namespace: 'profileid', id: profileId }] : [];
  const named = Object.entries(identities).filter(([, id]) => id.trim() !== '');
  return [...own, ...named.map(([namespace, id]) => normalIdentity(namespace, id))];
}

/** A question about "this item" without an item is a mistake, and not a question for popular items. */
export function assertNeeds(
  { key, algorithm }: Pick<CriterionDefinition, 'key' | 'algorithm'>,
  { item, pageItem, category, parameters = {} }: Partial<RecommendRequest>,
): void {
  const needs = needsOf(algorithm);
  const hasItem =
    item !== undefined || pageItem !== undefined || Object.keys(parameters).some((name) => name.startsWith('entity.'));
  if (needs === null || hasItem || (needs === 'category' && category !== undefined)) return;
  const kind = needs === 'item' ? recommendErrors.CRITERION_ITEM_MISSING : recommendErrors.CRITERION_CATEGORY_MISSING;
  throw new BeckonError(kind, `"${key}" was asked without ${needs === 'item' ? 'an item' : 'a category'}`, {
    where: needs,
  });
}
