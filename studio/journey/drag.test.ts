import { expect, test } from 'vitest';
import { lineUnder, signBelow } from './drag.ts';
import { readDocument } from './document.ts';
import { card, layOut } from './layout.ts';

const layout = layOut(
  readDocument({
    start: 'wait',
    activities: {
      wait: { kind: 'wait', for: 'PT4H', next: 'mail' },
      mail: { kind: 'message', message: 'm', next: 'done' },
      done: { kind: 'end', label: 'Done' },
    },
  }),
);
const place = (id: string) => layout.cards.find((one) => one.id === id)!;

test('a card that is let go over a line falls into it, and beside all of them goes back', () => {
  const { x, y } = place('mail');
  const sign = { x: x + card.width / 2, y: y + card.height + signBelow };
  expect(lineUnder(layout, sign)).toMatchObject({ from: 'mail', to: 'done' });
  expect(lineUnder(layout, { x: sign.x + 60, y: sign.y - 50 })).toMatchObject({ from: 'mail' });
  expect(lineUnder(layout, { x: sign.x + 400, y: sign.y })).toBeNull();
});
