import { type Layout, type PlacedLine, card } from './layout.ts';

/** Where the sign for one more stands in a line, in pixels of the canvas. */
export const signBelow = 48;

/** So far from a line, in pixels, a card that is let go still falls into it. */
const reach = { across: card.width / 2 + 24, down: card.height / 2 + 40 };

/** The line into which a card falls that is let go with its middle here; null: back to where it was. Pure. */
export function lineUnder(layout: Layout, middle: { x: number; y: number }): PlacedLine | null {
  const near = layout.lines.flatMap((line) => {
    const from = layout.cards.find(({ id }) => id === line.from);
    if (!from) return [];
    const across = Math.abs(line.lane - middle.x);
    const down = Math.abs(from.y + card.height + signBelow - middle.y);
    return across <= reach.across && down <= reach.down ? [{ line, far: Math.hypot(across, down) }] : [];
  });
  return near.sort((a, b) => a.far - b.far)[0]?.line ?? null;
}
