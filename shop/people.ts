/** Who walks through the invented history: names, places and tastes. Nobody of them exists. */

/** Chance in [0, 1), handed in. */
export interface Chance {
  next(): number;
}

/** One invented visitor. */
export interface InventedVisitor {
  /** 0, 1, 2 …; the order in which they were invented. */
  index: number;
  /** 38 digits. */
  ecid: string;
  /** Null for the three quarters that never tell it. */
  email: string | null;
  firstName: string | null;
  /** IANA zone. */
  timeZone: string;
  /** Milliseconds that the zone is ahead of UTC, by standard time; only good for inventing hours of the day. */
  zoneOffset: number;
  taste: Taste;
  colours: readonly string[];
  /** How readily this person follows a link in a mail, 0 to 1. */
  curiosity: number;
}

/** Categories that one sort of people looks at, with how much. A wanderer reads, and looks at no item. */
export interface Taste {
  name: 'wardrobe' | 'home' | 'wrist and bag' | 'gifts' | 'wanderer';
  share: number;
  likes: Readonly<Record<string, number>>;
}

export const tastes: readonly Taste[] = [
  { name: 'wardrobe', share: 0.3, likes: { 'winter-coats': 6, sweatshirts: 5, knitwear: 4, bags: 1 } },
  { name: 'home', share: 0.2, likes: { lamps: 5, textiles: 5, kitchen: 4 } },
  { name: 'wrist and bag', share: 0.14, likes: { watches: 7, bags: 4, 'winter-coats': 1 } },
  { name: 'gifts', share: 0.14, likes: { kitchen: 3, knitwear: 3, watches: 2, textiles: 2, lamps: 1 } },
  { name: 'wanderer', share: 0.22, likes: {} },
];

const colours = ['navy', 'rust', 'oat', 'moss', 'charcoal', 'mustard', 'plum', 'teal', 'rose', 'sand'];

const firstNames =
  'Alva Anton Astrid Bruno Clara Dario Edda Elias Elin Emil Erik Filippa Freja Greta Hanna Hugo Ida Ines Iris Jakob Johan Jule Karin Klaus Lars Lena Leo Linnea Lotta Luca Maja Marek Marta Nils Nora Olle Paula Pia Rasmus Rosa Sanna Sofie Stella Sven Tilda Tove Viktor Vilma'.split(
    ' ',
  );
const lastNames =
  'Adler Alm Bauer Becker Berg Blom Brandt Dahl Ek Engel Falk Fischer Forss Graf Hald Hansen Holm Janssen Keller Kern Klein Krantz Lang Lind Lund Maier Moreau Nyman Olsen Peeters Quist Roth Sand Schulz Sjö Storm Strand Vogel Wahl Winter'.split(
    ' ',
  );

/** Zones with their share of the people and their hours ahead of UTC in winter. */
const zones: readonly (readonly [zone: string, share: number, hours: number])[] = [
  ['Europe/Stockholm', 0.34, 1],
  ['Europe/Berlin', 0.26, 1],
  ['Europe/London', 0.1, 0],
  ['Europe/Paris', 0.08, 1],
  ['Europe/Amsterdam', 0.07, 1],
  ['Europe/Helsinki', 0.06, 2],
  ['Europe/Madrid', 0.04, 1],
  ['America/New_York', 0.03, -5],
  ['Asia/Tokyo', 0.02, 9],
];

/** Invents one visitor; the same chance gives the same visitor. */
export function inventVisitor(index: number, chance: Chance): InventedVisitor {
  const [timeZone, , hours] = drawByShare(zones, ([, share]) => share, chance);
  const taste = drawByShare(tastes, ({ share }) => share, chance);
  const firstName = drawOne(firstNames, chance);
  const lastName = drawOne(lastNames, chance);
  const known = chance.next() < 0.25;
  const address = `${firstName}.${lastName}.${index}@${drawOne(['example.com', 'example.org', 'example.net'], chance)}`;
  return {
    index,
    ecid: Array.from({ length: 38 }, () => Math.floor(chance.next() * 10)).join(''),
    email: known ? address.toLowerCase().replace('ö', 'o') : null,
    firstName: known ? firstName : null,
    timeZone,
    zoneOffset: hours * 3_600_000,
    taste,
    colours: [drawOne(colours, chance), drawOne(colours, chance)],
    curiosity: 0.06 + 0.35 * chance.next() ** 2,
  };
}

/** One of a list, each as likely as the next. */
export function drawOne<T>(list: readonly T[], chance: Chance): T {
  return list[Math.floor(chance.next() * list.length)]!;
}

/** One of a list, as likely as its share. The shares need not add up to one. */
export function drawByShare<T>(list: readonly T[], shareOf: (one: T) => number, chance: Chance): T {
  let left = chance.next() * list.reduce((sum, one) => sum + shareOf(one), 0);
  for (const one of list) {
    left -= shareOf(one);
    if (left < 0) return one;
  }
  return list.at(-1)!;
}

/** Repeatable chance from a seed. Source: G. Marsaglia, "Xorshift RNGs", 2003, the 32-bit triple 13, 17, 5. */
export function seededChance(seed: number): Chance {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
  // The first numbers of near seeds are alike.
  for (let turn = 0; turn < 8; turn++) next();
  return { next };
}
