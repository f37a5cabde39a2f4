import * as fc from 'fast-check';

/** Values that no schema expects. */
export const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', ' ', -0, -1, 0.1, 1e21, 1e308, 2 ** 53, [], {}, [[]], [null], { '': 1 }),
  fc.constantFrom(
    '\u0000',
    'a\u0000b',
    '\ud800',
    'x\udfff',
    '\u202e',
    '{{7*7}}',
    "'; drop table event; --",
    '%00',
    '../..',
  ),
  fc.constantFrom('1970-01-01T00:00:00Z', '2099-01-01T00:00:00Z', '2026-02-30', 'NaN', 'EURO', 'xx', '+1e9'),
  fc.integer({ min: 30_000, max: 40_000 }).map((length) => 'ä'.repeat(length)),
  fc
    .integer({ min: 8, max: 15 })
    .map((depth) => JSON.parse('[1'.padStart(depth + 1, '[') + ']'.repeat(depth)) as unknown),
  fc.integer({ min: 150, max: 300 }).map((n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]))),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Puts `value` in the place of the `pick`-th node below the root, or takes that node away. */
export function changed(body: unknown, pick: number, value: unknown, drop: boolean): unknown {
  const copy = JSON.parse(JSON.stringify(body)) as unknown;
  const places: { of: Record<string, unknown>; key: string }[] = [];
  const walk = (node: unknown) => {
    if (node === null || typeof node !== 'object') return;
    for (const key of Object.keys(node)) {
      places.push({ of: node as Record<string, unknown>, key });
      walk((node as Record<string, unknown>)[key]);
    }
  };
  walk(copy);
  const { of, key } = places[pick % places.length]!;
  if (!drop) of[key] = value;
  else if (Array.isArray(of)) of.splice(Number(key), 1);
  else delete of[key];
  return copy;
}

/** What to change of a body: which node, into what, or away. */
export const change = fc.record({ pick: fc.nat(60), value: odd, drop: fc.nat(5).map((one) => one === 0) });
