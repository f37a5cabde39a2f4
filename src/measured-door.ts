import type { House } from './api/index.ts';
import type { Rooms } from './app.ts';

/** Doors to reports besides a journey's own; `settle` waits until what was acknowledged has taken effect. */
export function measuredDoor({ journeys, measure }: Rooms, settle: () => Promise<void>): House['measured'] {
  const { comparing, crediting } = measure;
  const of = async <T>(key: string, work: () => Promise<T>): Promise<T | null> => {
    await settle();
    return journeys.list().some((row) => row.key === key) ? work() : null;
  };
  return {
    experiments: (key) => of(key, () => comparing.ofJourney(key)),
    global: async () => {
      await settle();
      return comparing.global();
    },
    periods: (key, spans) => of(key, () => measure.periods(key, spans)),
    credits: (key) => of(key, () => crediting.beside(key)),
    creditedOrders: (key) => of(key, () => crediting.ordersBeside(key)),
    items: (key, span) => of(key, () => crediting.items(key, span)),
    recommendations: async (query) => {
      await settle();
      return crediting.recommendations(query);
    },
    rules: () => crediting.rules(),
    changeRule: (rule) => crediting.change(rule),
    rebuild: () => measure.rebuild(),
  };
}
