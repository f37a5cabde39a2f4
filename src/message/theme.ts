import { Type, type Static } from 'typebox';

/** How a shop's mails look: colours in light and dark, font, corners, logo, and the address in the footer. */

const colour = Type.String({ pattern: '^#[0-9a-fA-F]{6}$' });
const palette = {
  paper: colour,
  raised: colour,
  ink: colour,
  quiet: colour,
  line: colour,
  button: colour,
  buttonInk: colour,
};

export const Theme = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 250 }),
    light: Type.Object({ ...palette, tile: colour }, { additionalProperties: false }),
    dark: Type.Object(palette, { additionalProperties: false }),
    font: Type.String({ pattern: "^[A-Za-z0-9 ,'-]{1,200}$", description: 'As in CSS; the first the reader has' }),
    radius: Type.Integer({ minimum: 0, maximum: 24 }),
    logo: Type.Optional(
      Type.Object(
        {
          src: Type.String({ pattern: '^https?://[^\\s"<>\\\\]+$', maxLength: 2000 }),
          alt: Type.String({ minLength: 1, maxLength: 200 }),
          width: Type.Integer({ minimum: 16, maximum: 320 }),
          height: Type.Integer({ minimum: 16, maximum: 160 }),
        },
        { additionalProperties: false, description: 'Transparent PNG that holds on light and dark' },
      ),
    ),
    address: Type.Optional(
      Type.String({ minLength: 5, maxLength: 500, description: 'Instead of the postal address of the settings' }),
    ),
  },
  { additionalProperties: false },
);
export type Theme = Static<typeof Theme>;

/** The one there is before anybody has made another. */
export const shopTheme: Theme = {
  name: 'Shop',
  light: {
    paper: '#fbfaf7',
    raised: '#ffffff',
    ink: '#1b1c1f',
    quiet: '#5f6368',
    line: '#e5e2db',
    tile: '#f3f1ec',
    button: '#c2410c',
    buttonInk: '#ffffff',
  },
  dark: {
    paper: '#141517',
    raised: '#1c1d20',
    ink: '#ececea',
    quiet: '#a3a6ab',
    line: '#2e3035',
    button: '#c2410c',
    buttonInk: '#ffffff',
  },
  font: "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
  radius: 8,
};

/** Contrast of two colours by WCAG 2, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Pairs of colours that are read on each other, with their contrast, where it is under 4.5 (trust §1.10). */
export function faintPairs(theme: Theme): { where: string; ratio: number }[] {
  return (['light', 'dark'] as const).flatMap((scheme) => {
    const of = theme[scheme];
    const pairs = [
      ['ink', of.ink, of.raised],
      ['quiet', of.quiet, of.raised],
      ['buttonInk', of.buttonInk, of.button],
    ] as const;
    return pairs.flatMap(([name, front, back]) => {
      const ratio = Math.floor(contrast(front, back) * 100) / 100;
      return ratio < 4.5 ? [{ where: `/${scheme}/${name}`, ratio }] : [];
    });
  });
}
