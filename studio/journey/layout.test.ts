import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument } from './document.ts';
import { type Layout, card, layOut, pathOf } from './layout.ts';

const at = (layout: Layout, id: string) => layout.cards.find((one) => one.id === id)!;

function overlaps(layout: Layout): string[] {
  return layout.cards.flatMap((a, index) =>
    layout.cards
      .slice(index + 1)
      .filter((b) => Math.abs(a.x - b.x) < card.width && Math.abs(a.y - b.y) < card.height)
      .map((b) => `${a.id} on ${b.id}`),
  );
}

/** A lane must not run through a card that lies between its two ends. */
function crossings(layout: Layout): string[] {
  return layout.lines.flatMap((line) => {
    const top = Math.min(at(layout, line.from).y + card.height, at(layout, line.to).y);
    const bottom = Math.max(at(layout, line.from).y, at(layout, line.to).y);
    return layout.cards
      .filter(({ id }) => id !== line.from && id !== line.to)
      .filter(({ x, y }) => line.lane > x && line.lane < x + card.width && y >= top && y < bottom)
      .map(({ id }) => `${line.id} through ${id}`);
  });
}

const branching = readDocument({
  entry: { kind: 'event', event: 'cart.changed' },
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
    ask: { kind: 'action', name: 'r', method: 'POST', url: '/v1/recommendations', next: 'any', onError: 'done' },
    any: { kind: 'condition', paths: [{ label: 'Yes', when: 'true', next: 'mail' }], otherwise: 'none' },
    mail: { kind: 'message', message: 'cart', next: 'done' },
    none: { kind: 'end', label: 'Nothing to show' },
    done: { kind: 'end', label: 'Done' },
  },
});

describe('the layout of a journey', () => {
  it('runs downward: each card stands below all that lead to it', () => {
    const layout = layOut(branching);
    const order = ['entry', 'wait', 'ask', 'any', 'mail', 'done'].map((id) => at(layout, id).y);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
  });

  it('puts branches side by side in the order they are written', () => {
    const layout = layOut(branching);
    expect(at(layout, 'mail').x).toBeLessThan(at(layout, 'none').x);
    expect(at(layout, 'mail').y).toBe(at(layout, 'none').y);
  });

  it('gives a way that skips rows a lane with no card in it', () => {
    const layout = layOut(branching);
    const skip = layout.lines.find((line) => line.from === 'ask' && line.to === 'done')!;
    expect(skip.why).toEqual({ kind: 'error' });
    expect(crossings(layout)).toEqual([]);
  });

  it('never lays a card on another, nor a line through one, whatever the document', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { minLength: 1, maxLength: 12 }), (targets) => {
        const activities = Object.fromEntries(
          targets.map((to, index) => [
            `a${index}`,
            {
              kind: 'condition',
              paths: to.slice(1).map((n) => ({ label: 'p', when: 'true', next: `a${n}` })),
              otherwise: `a${to[0] ?? 99}`,
            },
          ]),
        );
        const layout = layOut(readDocument({ entry: { kind: 'event', event: 'x' }, start: 'a0', activities }));
        expect(layout.cards.length).toBe(targets.length + 1);
        expect(overlaps(layout)).toEqual([]);
        expect(crossings(layout)).toEqual([]);
      }),
    );
  });

  it('draws an empty or broken document as its entry alone', () => {
    expect(layOut(readDocument({})).cards).toEqual([{ id: 'entry', x: 0, y: 0 }]);
    expect(layOut(readDocument('nonsense')).lines).toEqual([]);
  });

  it('draws a straight way as a straight line and a branch with round corners', () => {
    expect(pathOf({ x: 10, y: 0 }, { x: 10, y: 68 }, 10)).not.toContain('Q10,0');
    expect(pathOf({ x: 10, y: 0 }, { x: 200, y: 68 }, 200)).toContain('Q');
  });
});
