import type { BounceClass } from './bounce.ts';

/** What may be heard of a message after it left the house, each once. */
export type HeardKind =
  'delivered' | 'deferred' | 'bounced' | 'complained' | 'replied' | 'auto-replied' | 'unsubscribed';

/** Something that was said of one mail. */
export interface Heard {
  kind: HeardKind;
  /** Of a bounce: what it says of the recipient. */
  class?: BounceClass;
  /** RFC 3463 code. */
  status?: string;
  /** The host's own words, in which the address is hidden. */
  says?: string;
}

/** What a source says, before it is known whether the message is ours. Kept as JSON until it has taken effect. */
export interface Said extends Heard {
  /** The message, proven: by a return path of ours, or in the signed words of a provider. */
  messageId: string | null;
  /** The recipient by a provider's signed words, for mails whose message is not known any more. */
  address: string | null;
  /** Whom a returned mail names as the one it could not be given to; another than ours when a mailbox sends its mail on. */
  failedFor?: string;
}

/** How much a bounce weighs when it is told twice in different words: the surest word about the person stays. */
export const bounceWeights: Record<BounceClass, number> = {
  hard: 8,
  hinted: 7,
  routing: 6,
  soft: 5,
  unknown: 4,
  eai: 3,
  content: 2,
  policy: 1,
};
