/** Bounds on what one item and one write may hold. Lengths are UTF-16 code units. */
export const itemLimits = {
  id: 256,
  name: 500,
  category: 250,
  categories: 1000,
  url: 4096,
  attributes: 100,
  attributeName: 100,
  attributeText: 15_000,
  attributeValues: 500,
  /** Environments in which one item differs. */
  environments: 20,
  /** Rows of one document. */
  rows: 200_000,
  /** Items in the whole catalogue; all of them are held in memory. */
  items: 1_000_000,
} as const;

/** The name of an environment: what Target calls a host group. */
export const environmentName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;

/** A value as it stands in a sentence, cut to a bearable length. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
