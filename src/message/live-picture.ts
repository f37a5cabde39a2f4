import type { Item } from '../catalog/index.ts';
import { toMajor } from '../base/index.ts';

/** What is drawn of an item at the moment a mail is opened. Pure. */
export interface LiveView {
  price: string | null;
  state: 'inStock' | 'few' | 'soldOut' | 'gone';
  /** Pieces left, when they are few. */
  left: number | null;
  /** What may be had instead; null when the item itself can be had, or nothing can. */
  instead: { id: string; name: string; price: string | null } | null;
}

/** Few enough to say how many. */
const few = 5;

/** What a reader is shown: the item's price and stock of now, and of the spares the first that can be had. */
export function liveView(
  claim: { item: string; spares: readonly string[]; language: string },
  get: (id: string) => Item | undefined,
): LiveView {
  const item = get(claim.item);
  const price = item ? priceOf(item, claim.language) : null;
  if (item && isSold(item)) {
    const left = item.stock !== null && item.stock <= few ? item.stock : null;
    return { price, state: left === null ? 'inStock' : 'few', left, instead: null };
  }
  const spare = claim.spares.map(get).find((one) => one !== undefined && isSold(one));
  const instead = spare ? { id: spare.id, name: spare.name, price: priceOf(spare, claim.language) } : null;
  return { price, state: item ? 'soldOut' : 'gone', left: null, instead };
}

function isSold({ stock, priceMinor }: Item): boolean {
  return (stock === null || stock > 0) && priceMinor !== 0;
}

function priceOf({ priceMinor, currency }: Item, language: string): string | null {
  if (priceMinor === null || currency === null) return null;
  try {
    const form = new Intl.NumberFormat(language, { style: 'currency', currency });
    return form.format(toMajor(priceMinor, currency));
  } catch {
    return `${toMajor(priceMinor, currency)} ${currency}`;
  }
}

const words = {
  en: { inStock: 'In stock', few: 'Only # left', soldOut: 'Sold out', gone: 'No longer sold', instead: 'Instead' },
  sv: { inStock: 'I lager', few: 'Bara # kvar', soldOut: 'Slutsåld', gone: 'Säljs inte längre', instead: 'I stället' },
  de: {
    inStock: 'Vorrätig',
    few: 'Nur noch #',
    soldOut: 'Ausverkauft',
    gone: 'Nicht mehr erhältlich',
    instead: 'Stattdessen',
  },
};

/** Size in pixels: twice what is shown, for sharp screens. */
export const livePictureSize = { width: 536, height: 144 };
const longest = 34;

/** The picture as SVG: dark on the light tile that product pictures stand on, so that it holds in dark mode too. */
export function livePictureSvg(view: LiveView, language: string): string {
  const main = language.split('-')[0];
  const say = main === 'sv' || main === 'de' ? words[main] : words.en;
  const state = say[view.state].replace('#', String(view.left ?? ''));
  const { width, height } = livePictureSize;
  const isHad = view.state === 'inStock' || view.state === 'few';
  const first = isHad && view.price !== null ? view.price : state;
  const second = isHad
    ? view.price === null
      ? ''
      : state
    : view.instead
      ? insteadLine(say.instead, view.instead)
      : '';
  const colour = view.state === 'inStock' ? '#15803d' : isHad ? '#a16207' : '#5f6368';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="16" fill="#f3f1ec"/>${line(first, { y: 62, size: 40, fill: isHad ? '#1b1c1f' : '#b91c1c', bold: true })}${line(second, { y: 112, size: 28, fill: colour, bold: false })}</svg>`;
}

/** The name gives way, so that the price can be read. */
function insteadLine(word: string, { name, price }: NonNullable<LiveView['instead']>): string {
  const after = price === null ? '' : `, ${price}`;
  return `${word}: ${cut(name, Math.max(8, longest - word.length - 2 - after.length))}${after}`;
}

function cut(text: string, room: number): string {
  const letters = [...text];
  return letters.length > room
    ? `${letters
        .slice(0, room - 1)
        .join('')
        .trimEnd()}…`
    : text;
}

function line(text: string, at: { y: number; size: number; fill: string; bold: boolean }): string {
  if (text === '') return '';
  const shown = cut(text, Math.floor((longest * 28) / at.size));
  // The font has one weight here; a thin line around the letters makes them bold.
  const bold = at.bold ? ` stroke="${at.fill}" stroke-width="1.2"` : '';
  return `<text x="28" y="${at.y}" font-family="Inter" font-size="${at.size}" fill="${at.fill}"${bold}>${escaped(shown)}</text>`;
}

/** Names of items are anybody's words: none of them may be markup, nor a character that XML has no place for. */
function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '').replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
