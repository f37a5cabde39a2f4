import { describe, expect, it } from 'vitest';
import { Mark } from '../base/index.ts';
import { bits, itemOf, Occasions } from './occasions.ts';
import { Sweep } from './paged-rows.ts';

const mark = (id: string) => new Mark().of(id);
const log = () => new Occasions({ steps: 4, ring: 4, longest: 9 });
const steps = (occasions: Occasions, occasion: number) => {
  const into = new Int32Array(8);
  const length = occasions.read(occasion, into);
  return Array.from(into.slice(0, length), (step) => `${itemOf(step)}:${step & 7}`);
};

describe('what happened on an occasion', () => {
  it('is its steps in order, where a cart or purchase marks the newest step of its item', () => {
    const visits = log();
    visits.enter(mark('s'), 5, bits.view, 1000);
    visits.enter(mark('s'), 6, bits.view, 2000);
    visits.enter(mark('s'), 5, bits.view, 3000);
    visits.enter(mark('s'), 5, bits.view, 3500); // the page again
    expect(visits.enter(mark('s'), 5, bits.cart, 4000)).toMatchObject({ isFirst: true, isStep: false });
    expect(visits.enter(mark('s'), 5, bits.cart, 5000)).toMatchObject({ isFirst: false, isStep: false });
    expect(visits.enter(mark('s'), 7, bits.purchase, 2000)).toMatchObject({ isFirst: true, isStep: true });
    expect(steps(visits, 0)).toEqual(['5:1', '6:1', '5:3', '7:4']);
    expect([visits.endedAt(0), visits.count(5), visits.count(9)]).toEqual([5000, 1, 0]);
  });

  it('keeps its last steps only, and ends when it is too long to be a shopper', () => {
    const visits = log();
    for (let item = 0; item < 9; item++) expect(visits.enter(mark('s'), item, bits.view, 1)).not.toBeNull();
    expect(steps(visits, 0)).toEqual(['5:1', '6:1', '7:1', '8:1']);
    expect(visits.enter(mark('s'), 1, bits.view, 1)).toBeNull();
  });

  it('leads from an item to the newest occasions it was in', () => {
    const visits = log();
    for (let visit = 0; visit < 6; visit++) visits.enter(mark(`s${visit}`), 3, bits.view, visit);
    expect([visits.count(3), visits.known(3)]).toEqual([6, 4]);
    expect([0, 1, 2, 3].map((back) => visits.occasion(3, back))).toEqual([5, 4, 3, 2]);
  });

  it('is gone when it was forgotten, and its id begins anew', () => {
    const visits = log();
    visits.enter(mark('s'), 3, bits.view, 1);
    visits.forget(0);
    expect([visits.length(0), visits.findMark(mark('s').low, mark('s').high)]).toEqual([0, -1]);
    expect(visits.enter(mark('s'), 3, bits.view, 1)!.occasion).toBe(1);
  });

  it('reads many at once as it reads each, those that went and those that wrapped around among them', () => {
    const visits = log();
    for (let n = 0; n < 200; n++) visits.enter(mark(`s${(n * 7) % 23}`), n % 31, bits.view, n);
    visits.forget(3);
    visits.forget(11);
    const putInPlace = visits.retire(5);
    for (let step = putInPlace.next(); ; step = putInPlace.next()) {
      if (step.done !== true) continue;
      step.value();
      break;
    }
    const [asked, sweep, each] = [
      Int32Array.from({ length: 90 }, (_, i) => (i * 5) % 23),
      new Sweep(),
      new Int32Array(8),
    ];

    visits.readAll(asked, asked.length, sweep);

    const all = Array.from(asked, (_, n) => Array.from(sweep.records.slice(sweep.from[n], sweep.from[n + 1])));
    expect(all).toEqual(Array.from(asked, (visit) => Array.from(each.slice(0, visits.read(visit, each)))));
    expect(all.filter(({ length }) => length === 4).length).toBeGreaterThan(20);
  });
});
