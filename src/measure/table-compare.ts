import type { Runner } from '../store/index.ts';

/** Comparisons that have somebody in them whose keys begin so: `cart/`, `global:`. Newest first. */
export async function comparisonKeys(runner: Runner, prefix: string): Promise<string[]> {
  const rows = await runner.rows<{ journey: string }>({
    text: 'select journey from measure_journey where starts_with(journey, $1) order by started_at desc, journey limit 200',
    values: [prefix],
  });
  return rows.map(({ journey }) => journey);
}

/** The shares a bandit goes by on a day, and what they were drawn from. */
export interface Weights {
  key: string;
  day: string;
  shares: Record<string, number>;
  seen: { label: string; n: number; buyers: number }[];
}

/** Whoever comes first decides the shares of a day; everybody goes by them. */
export async function keepWeights(runner: Runner, { key, day, shares, seen }: Weights): Promise<void> {
  await runner.run({
    text: 'insert into measure_weight (key, day, shares, seen) values ($1, $2, $3, $4) on conflict do nothing',
    values: [key, day, JSON.stringify(shares), JSON.stringify(seen)],
  });
}

export async function weightsOn(runner: Runner, day: string): Promise<Weights[]> {
  return runner.rows({ text: 'select key, day, shares, seen from measure_weight where day = $1', values: [day] });
}

/** The last weights of a comparison, newest first. */
export async function weightsOf(runner: Runner, key: string): Promise<Weights[]> {
  return runner.rows({
    text: 'select key, day, shares, seen from measure_weight where key = $1 order by day desc limit 90',
    values: [key],
  });
}
