/** An ISO 8601 duration of one unit, as it is written in a form. */
export interface Length {
  amount: number;
  unit: Unit;
}

export const units = ['S', 'M', 'H', 'D', 'W'] as const;
export type Unit = (typeof units)[number];

/** PT4H → 4 hours; null where it is of several units, or none. Pure. */
export function lengthOf(text: string): Length | null {
  const found = /^P(?:(\d+)([DW])|T(\d+(?:\.\d+)?)([HMS]))$/.exec(text);
  if (!found) return null;
  return { amount: Number(found[1] ?? found[3]), unit: (found[2] ?? found[4]) as Unit };
}

/** 4 hours → PT4H. Pure. */
export function durationOf({ amount, unit }: Length): string {
  return `P${unit === 'D' || unit === 'W' ? '' : 'T'}${amount}${unit}`;
}
