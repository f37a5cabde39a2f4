import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog } from '../base/index.ts';
import { Engine } from './engine.ts';
import { ItemLearner, isModelDue } from './item-learner.ts';
import { ItemModel } from './item-model.ts';

const day = 24 * 3600 * 1000;
const now = Date.UTC(2026, 10, 24);
let engine: Engine;
let clock: FakeClock;
let learner: ItemLearner;

function buy(count: number, items: string, from = 0): void {
  for (let n = 0; n < count; n++) {
    for (const item of items.split(' ')) {
      engine.learn({ p: `v${from + n}`, s: `${items}${from + n}`, i: item, k: 'purchase', t: now - day }, now);
    }
  }
}

const model = (carts: number, learnedAt = now) =>
  new ItemModel(
    { rowOf: new Int32Array(0), begin: new Int32Array(1), items: new Int32Array(0), weights: new Float32Array(0) },
    { carts, learnedAt },
  );

beforeEach(() => {
  engine = new Engine();
  clock = new FakeClock(now);
  learner = new ItemLearner({ engine: () => engine, clock, log: quietLog });
});

describe('when the item model is learned', () => {
  it('first when there are 200 carts, then each day if there are new ones (recommender-quality §6)', () => {
    expect(isModelDue({ model: null, carts: 199 }, now)).toBe(false);
    expect(isModelDue({ model: null, carts: 200 }, now)).toBe(true);
    expect(isModelDue({ model: model(1000), carts: 1001 }, now + day - 1)).toBe(false);
    expect(isModelDue({ model: model(1000), carts: 1001 }, now + day)).toBe(true);
    expect(isModelDue({ model: model(1000), carts: 1000 }, now + 9 * day)).toBe(false);
  });

  it('and before the day is over when 500 carts and a tenth have come', () => {
    expect(isModelDue({ model: model(1000), carts: 1499 }, now)).toBe(false);
    expect(isModelDue({ model: model(1000), carts: 1500 }, now)).toBe(true);
    expect(isModelDue({ model: model(100_000), carts: 109_999 }, now)).toBe(false);
    expect(isModelDue({ model: model(100_000), carts: 110_000 }, now)).toBe(true);
  });
});

describe('learning the item model', () => {
  it('gives a model as a whole, and carts are answered with it', async () => {
    buy(150, 'tent stove');
    buy(50, 'tent lamp');
    learner.look();
    learner.look();
    expect(engine.model).toBeNull();
    await learner.settled();
    expect(engine.model).toMatchObject({ size: 3, lore: { learnedAt: now, carts: 200 } });
    const tent = engine.items.find('tent');
    const list = engine.list({ kind: 'cart', cart: [tent], now }, 10, () => true);
    expect(list.map(({ item }) => engine.items.name(item))).toEqual(['stove', 'lamp']);
  });

  it('lets a cart find what speaks for an item besides what is in every cart anyway', async () => {
    // Bags are bought with everything; only poles are bought for the tent's sake.
    buy(300, 'bag rope');
    buy(60, 'bag tent poles');
    buy(300, 'bag boots');
    learner.look();
    await learner.settled();
    const weights = new Map<string, number>();
    engine.model!.companions(engine.items.find('tent'), (other, weight) =>
      weights.set(engine.items.name(other), weight),
    );
    expect([...weights.keys()][0]).toBe('poles');
  });

  it('keeps the old model until the new one is whole, while events come in', async () => {
    buy(200, 'tent stove');
    learner.look();
    await learner.settled();
    const first = engine.model;
    buy(600, 'tent lamp', 1000);
    learner.look();
    buy(1, 'tent rope', 5000);
    expect(engine.model).toBe(first);
    await learner.settled();
    expect(engine.model).not.toBe(first);
    expect(engine.model!.lore.carts).toBe(801);
  });

  it('ends when it is stopped, and begins no more', async () => {
    buy(200, 'tent stove');
    learner.look();
    learner.stop();
    await learner.settled();
    learner.look();
    await learner.settled();
    expect(engine.model).toBeNull();
  });

  it('ends when another engine has taken the place, and begins anew with that one', async () => {
    buy(200, 'tent stove');
    const first = engine;
    learner.look();
    engine = new Engine();
    await learner.settled();
    buy(200, 'tent lamp');
    learner.look();
    await learner.settled();
    expect(first.model).toBeNull();
    expect(engine.model).toMatchObject({ size: 2 });
  });
});
