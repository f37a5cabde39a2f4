import type { ShopItem } from './catalogue.ts';
import { clothes } from './shape-clothes.ts';
import { things } from './shape-things.ts';

/** What a silhouette draws with: the item's colours and its cloth. All coordinates lie in a square of 240. */
export interface Brush {
  main: string;
  /** The main colour, darker and lighter. */
  dark: string;
  deep: string;
  light: string;
  /** A second colour that goes with the main one: trims, linings, straps. */
  second: string;
  /** A filled path in the main colour with the item's pattern and soft light from the left. */
  cloth(d: string, colour?: string): string;
  /** A filled path in one flat colour. */
  flat(d: string, colour: string, opacity?: number): string;
  /** A stroked path. */
  line(d: string, colour: string, width?: number): string;
  /** Filled circle or ellipse. */
  dot(at: { x: number; y: number; rx: number; ry?: number }, colour: string, opacity?: number): string;
  /** The same drawing, mirrored at the middle of the picture. */
  mirrored(drawing: string): string;
}

/** Draws one cut. */
export type Shape = (brush: Brush) => string;

const palette: Record<string, { main: string; second: string; tile: string }> = {
  navy: { main: '#34486f', second: '#d9a441', tile: '#e9e4d8' },
  rust: { main: '#b9562c', second: '#f0dcc0', tile: '#dfe6e2' },
  oat: { main: '#e2d6bd', second: '#8a6f4e', tile: '#b9c6c4' },
  moss: { main: '#6b7a4b', second: '#e6d8b5', tile: '#ece3d6' },
  charcoal: { main: '#4b4f56', second: '#c9ccd1', tile: '#e8e6e1' },
  mustard: { main: '#d5a537', second: '#5a4526', tile: '#e3e6ea' },
  plum: { main: '#71405f', second: '#e5c4cf', tile: '#ebe5dd' },
  teal: { main: '#2f8183', second: '#f1d9b8', tile: '#efe5dc' },
  rose: { main: '#d78f90', second: '#7c4650', tile: '#dfe7e6' },
  sand: { main: '#c3a27b', second: '#5f4a36', tile: '#dde5ea' },
};

/** The picture of an item as SVG text, 240 × 240 user units. The same item always gives the same text. */
export function picture(item: Pick<ShopItem, 'attributes'>): string {
  const { kind, cut, colour, pattern } = item.attributes;
  const tones = palette[colour] ?? palette['navy']!;
  const shape = { ...clothes, ...things }[`${kind}/${cut}`];
  if (!shape)
    throw new Error(`No silhouette is drawn for ${kind}/${cut}; add one to shape-clothes.ts or shape-things.ts`);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240" width="480" height="480">',
    definitions(tones.main, pattern),
    `<rect width="240" height="240" fill="${tones.tile}"/>`,
    `<path d="M0 0H128L206 240H0Z" fill="#fff" fill-opacity=".34"/><path d="M0 206H240V240H0Z" fill="${shade(tones.tile, -0.16)}" fill-opacity=".55"/>`,
    shape(makeBrush(tones, pattern)),
    '</svg>',
  ].join('');
}

function makeBrush(tones: { main: string; second: string }, pattern: string): Brush {
  const path = (d: string, paint: string) => `<path d="${d}" ${paint}/>`;
  return {
    main: tones.main,
    dark: shade(tones.main, -0.22),
    deep: shade(tones.main, -0.42),
    light: shade(tones.main, 0.25),
    second: tones.second,
    cloth: (d, colour = tones.main) =>
      path(d, `fill="${colour}"`) +
      (pattern === 'plain' ? '' : path(d, 'fill="url(#pattern)"')) +
      path(d, 'fill="url(#soft)"'),
    flat: (d, colour, opacity = 1) => path(d, `fill="${colour}" fill-opacity="${opacity}"`),
    line: (d, colour, width = 2) =>
      path(d, `fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"`),
    dot: ({ x, y, rx, ry = rx }, colour, opacity = 1) =>
      `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${colour}" fill-opacity="${opacity}"/>`,
    mirrored: (drawing) => `<g transform="matrix(-1 0 0 1 240 0)">${drawing}</g>`,
  };
}

function definitions(main: string, pattern: string): string {
  const ink = luminance(main) > 0.5 ? shade(main, -0.3) : shade(main, 0.32);
  const weave = weaves[pattern]?.(ink, shade(main, -0.25)) ?? '';
  return (
    '<defs><linearGradient id="soft"><stop offset="0" stop-color="#fff" stop-opacity=".2"/>' +
    '<stop offset=".45" stop-color="#fff" stop-opacity="0"/><stop offset=".55" stop-color="#000" stop-opacity="0"/>' +
    `<stop offset="1" stop-color="#000" stop-opacity=".2"/></linearGradient>${weave}</defs>`
  );
}

/** The repeats of the weaves; sizes are chosen so that they can still be seen at 96 pixels. */
const weaves: Record<string, (ink: string, dark: string) => string> = {
  stripe: (ink) => repeat(20, 20, `<rect width="20" height="8" fill="${ink}"/>`),
  check: (ink, dark) =>
    repeat(
      26,
      26,
      `<rect width="26" height="10" fill="${ink}" fill-opacity=".6"/><rect width="10" height="26" fill="${dark}" fill-opacity=".55"/>`,
    ),
  herringbone: (ink) =>
    repeat(16, 12, `<path d="M0 12L8 2L16 12M0 0L8 -10L16 0" fill="none" stroke="${ink}" stroke-width="2.6"/>`),
  rib: (_ink, dark) => repeat(8, 8, `<rect width="3" height="8" fill="${dark}" fill-opacity=".6"/>`),
  cable: (ink, dark) =>
    repeat(
      24,
      20,
      `<rect x="20" width="4" height="20" fill="${dark}" fill-opacity=".5"/><path d="M4 0C4 10 16 10 16 20M16 0C16 10 4 10 4 20" fill="none" stroke="${ink}" stroke-width="3.4"/>`,
    ),
  'fair isle': (ink, dark) =>
    repeat(
      20,
      34,
      `<path d="M0 10L10 2L20 10L10 18Z" fill="${ink}"/><rect y="24" width="20" height="4" fill="${dark}"/><rect x="8" y="8" width="4" height="4" fill="${dark}"/>`,
    ),
  zigzag: (ink) => repeat(28, 22, `<path d="M0 16L14 4L28 16" fill="none" stroke="${ink}" stroke-width="6"/>`),
  dots: (ink) =>
    repeat(22, 22, `<circle cx="6" cy="6" r="4.4" fill="${ink}"/><circle cx="17" cy="17" r="4.4" fill="${ink}"/>`),
  glaze: (ink) =>
    `<linearGradient id="pattern" x2="0" y2="1"><stop offset=".44" stop-color="${ink}"/><stop offset=".45" stop-color="${ink}" stop-opacity="0"/></linearGradient>`,
};

function repeat(width: number, height: number, inside: string): string {
  return `<pattern id="pattern" width="${width}" height="${height}" patternUnits="userSpaceOnUse">${inside}</pattern>`;
}

/** Mixes a `#rrggbb` colour with white (share > 0) or with black (share < 0). */
function shade(colour: string, share: number): string {
  const target = share > 0 ? 255 : 0;
  const mixed = channels(colour).map((value) => Math.round(value + (target - value) * Math.abs(share)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
