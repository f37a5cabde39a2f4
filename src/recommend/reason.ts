/** Evidence of one kind between a key item and an offered one. */
export type Evidence = 'bought-together' | 'carted-together' | 'viewed-together';

const phrases: Readonly<Record<Evidence, string>> = {
  'bought-together': 'bought',
  'carted-together': 'put in the cart',
  'viewed-together': 'looked at',
};

/** "Often bought with Winter coat". One visit is not called often. */
export function togetherReason(evidence: Evidence, count: number, keyName: string | null): string {
  const phrase = count > 1 ? `Often ${phrases[evidence]}` : capital(phrases[evidence]);
  return keyName === null ? `${phrase} together` : `${phrase} with ${keyName}`;
}

/** One view is not called popular. */
export function popularReason(visits: number): string {
  return visits > 1 ? 'Popular right now' : 'Others looked at this';
}

/** One sale is not called selling well. */
export function sellingReason(visits: number): string {
  return visits > 1 ? 'Selling well right now' : 'Others bought this';
}

export const viewedReason = 'You looked at this';
/** Of an item that nobody has looked at yet. */
export const rangeReason = 'From our range';

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
