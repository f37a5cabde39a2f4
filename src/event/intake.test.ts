import { describe, expect, it } from 'vitest';
import type { ShopEvent } from './event.ts';
import { Intake } from './intake.ts';

const event = (id: string, more: Partial<ShopEvent> = {}): ShopEvent => ({
  id,
  source: 'edge:default',
  types: ['commerce.productViews'],
  happenedAt: 1000,
  receivedAt: 2000,
  level: 0,
  visitor: 'ecid:1',
  identities: [{ namespace: 'ecid', id: '1' }],
  ...more,
});

const refusal = { at: 5, source: 'server', type: null, visitor: null, door: 'POST /v1/events', code: 'X', why: 'no' };

describe('what just came in', () => {
  it('stands newest first in the order it came, whatever the clocks say', () => {
    const intake = new Intake();
    intake.kept([event('a'), event('b', { receivedAt: 1 })], 'kept');
    intake.refused(refusal);
    expect(intake.list({ limit: 10 }).map(({ number, what }) => [number, what?.id])).toEqual([
      [3, undefined],
      [2, 'b'],
      [1, 'a'],
    ]);
  });

  it('says what an event is about, without ids of people or values of attributes', () => {
    const intake = new Intake();
    const items = Array.from({ length: 12 }, (_, index) => ({ id: `i-${index}`, quantity: 2 }));
    intake.kept(
      [
        event('a', {
          items,
          identities: [{ namespace: 'email', id: 'ada@example.com' }],
          attributes: { firstName: 'Ada' },
          page: { url: `https://shop.example/${'x'.repeat(5000)}` },
        }),
      ],
      'kept',
    );
    const [line] = intake.list({ limit: 1 });
    expect(line!.what).toMatchObject({ identities: ['email'], attributes: ['firstName'], itemCount: 12, bot: false });
    expect(line!.what!.items).toHaveLength(10);
    expect(line!.what!.page).toHaveLength(200);
    expect(JSON.stringify(line!.what)).not.toMatch(/ada@example|"Ada"/);
  });

  it('keeps a quiet source beside a loud one, and counts what each was refused', () => {
    const intake = new Intake();
    intake.refused(refusal);
    for (let index = 0; index < 2000; index++) intake.kept([event(`e-${index}`)], 'kept');
    expect(intake.sources()).toEqual([
      { source: 'edge:default', lines: expect.any(Number), refused: 0 },
      { source: 'server', lines: 1, refused: 1 },
    ]);
    expect(intake.sources()[0]!.lines).toBeLessThanOrEqual(400);
    expect(intake.list({ source: 'server', limit: 10 }).map(({ why }) => why)).toEqual(['no']);
  });

  it('notes some of a rush, and all of a quiet source beside it', () => {
    const intake = new Intake();
    const many = Array.from({ length: 20 }, (_, place) => event(`e-${place}`));
    for (let n = 0; n < 1000; n++) intake.kept(many, 'kept');
    intake.kept([event('x', { source: 'edge:quiet' })], 'kept');
    expect(intake.list({ source: 'edge:quiet', limit: 9 })[0]!.number).toBeLessThan(10_000);
    expect(intake.list({ source: 'edge:default', limit: 999 }).length).toBeGreaterThanOrEqual(200);
  });
});
