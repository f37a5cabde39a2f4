import { BeckonError, type ErrorKind } from '../base/index.ts';

/** Items by a criterion, in a design: what a place shows (recommendations ACT-3). */
export interface RecommendationOffer {
  kind: 'recommendation';
  criterion: string;
  /** Without one the answer itself is given, as data. */
  design?: string;
  /** Only items of it are shown. */
  collection?: string;
  /** Items that stand before or after those of the criterion. */
  promotions?: string[];
  /** May there be fewer items than the design shows? Otherwise nothing is shown then (recommendations BAK-5). Default yes. */
  partial?: boolean;
  /** Who fills what the criterion leaves empty. */
  backup?: 'fill' | 'empty' | 'none';
  /** How many items, where no design says so. */
  limit?: number;
  /** CSS selector of the element that gets it, on pages. */
  selector?: string;
}

/** Content that does not hang on items. */
export type FixedOffer = { kind: 'json'; content: unknown } | { kind: 'html'; content: string; selector?: string };

/** What an experience shows: made here, or an offer of the library by its key. */
export type Offering = RecommendationOffer | FixedOffer | { kind: 'offer'; offer: string };

/** An offer of the library. */
export interface OfferDefinition {
  key: string;
  name: string;
  offer: RecommendationOffer | FixedOffer;
}

/** What exists, as far as a definition may name it. */
export interface Known {
  criterion(key: string): boolean;
  design(key: string): boolean;
  offer(key: string): boolean;
  audience(key: string): boolean;
  collection(key: string): boolean;
  promotion(key: string): boolean;
}

const longestContent = 100_000;

/** Refuses an offering that could never be shown. @throws the given kind, with the field in `where` */
export function checkOffering(
  offering: Offering,
  known: Known,
  { kind, where }: { kind: ErrorKind; where: string },
): void {
  const refuse = (sentence: string, field: string): never => {
    throw new BeckonError(kind, sentence, { where: `${where}.${field}` });
  };
  if (offering.kind === 'offer') {
    if (!known.offer(offering.offer)) refuse(`There is no offer "${offering.offer}"`, 'offer');
    return;
  }
  if (offering.kind === 'recommendation') return checkRecommendation(offering, known, refuse);
  if (JSON.stringify(offering.content).length > longestContent) {
    refuse(`The content has more than ${longestContent} characters`, 'content');
  }
}

function checkRecommendation(
  offering: RecommendationOffer,
  known: Known,
  refuse: (sentence: string, field: string) => never,
): void {
  const { criterion, design, collection, promotions = [], limit } = offering;
  if (!known.criterion(criterion)) refuse(`There is no criterion "${criterion}"`, 'criterion');
  if (design !== undefined && !known.design(design)) refuse(`There is no design "${design}"`, 'design');
  if (collection !== undefined && !known.collection(collection))
    refuse(`There is no collection "${collection}"`, 'collection');
  for (const one of promotions) if (!known.promotion(one)) refuse(`There is no promotion "${one}"`, 'promotions');
  if (design !== undefined && limit !== undefined) refuse('The design says how many items; leave "limit" out', 'limit');
}
