import {
  type Ask,
  type Compared,
  type Condition,
  type Did,
  type Group,
  type Plain,
  type Test,
  called,
  groupOf,
  isBare,
  orders,
} from './model.ts';

/** Where a new one begins: each is whole by itself, so that what stands in the form is always a rule. */
export const begin = {
  did: (): Did => ({
    kind: 'did',
    negated: false,
    ask: 'happened',
    types: ['commerce.productViews'],
    of: null,
    where: null,
    since: null,
    within: 'P30D',
    than: null,
  }),
  compared: (path: string): Compared => ({
    kind: 'compared',
    negated: false,
    path,
    of: null,
    test: 'true',
    values: [],
  }),
  member: (audience: string): Condition => ({ kind: 'member', negated: false, audience }),
  group: (join: Group['join'], first: Condition): Group => groupOf([first], join),
};

/** The group with another condition at a place; none takes it out. Pure. */
export function withItem(group: Group, place: number, next: Condition | null): Group {
  const items = [...group.items];
  items.splice(place, 1, ...(next === null ? [] : [next]));
  return { ...group, items };
}

/** Asked in another way; what has no meaning for it goes, and what it needs comes. Pure. */
export function withAsk(did: Did, ask: Ask): Did {
  if (ask === 'happened') return { ...did, ask, of: null, than: null };
  const of = ask === 'sum' ? (did.of ?? 'event.order.total') : null;
  return {
    ...did,
    ask,
    of,
    than: did.than ?? { by: ask === 'daysSince' ? '<=' : '>=', value: ask === 'sum' ? 100 : 3 },
  };
}

export type FieldKind = 'text' | 'number' | 'flag' | 'list' | 'nothing';

/** What makes sense for a field of a kind, what is chosen among it. Pure. */
export function testsFor({ test, of }: Compared, kind: FieldKind | undefined): Test[] {
  const number = of !== null || kind === 'number';
  const fits: Test[] = [
    ...(of === null && kind !== 'number' && kind !== 'text' ? (['true'] as const) : []),
    ...(kind === 'list' && of === null ? [] : kind === 'flag' ? (['=', '!='] as const) : orders),
    ...(kind === 'flag' || (kind === 'list' && of === null) ? [] : (['in', 'not in'] as const)),
    ...(number || kind === undefined ? (['between'] as const) : []),
    ...(number || kind === 'flag' ? [] : kind === 'list' ? (['contains'] as const) : called),
    ...(of === null ? (['is empty', 'is not empty'] as const) : []),
  ];
  return fits.includes(test) ? fits : [...fits, test];
}

/** Compared in another way: as many values as it takes, of the kind the field has. Pure. */
export function withTest(compared: Compared, test: Test, kind: FieldKind | undefined): Compared {
  if (isBare(test)) return { ...compared, test, values: [], ...(test === 'true' ? { of: null } : {}) };
  const isNumber =
    compared.of !== null || kind === 'number' || (kind === undefined && ['>', '>=', '<', '<='].includes(test));
  const empty: Plain = isNumber ? 1 : kind === 'flag' ? true : '';
  if (test === 'between') {
    const [from, to] = compared.values.filter((value) => typeof value === 'number');
    return { ...compared, test, values: [from ?? 0, to ?? 10] };
  }
  if (test === 'in' || test === 'not in') return { ...compared, test, values: compared.values };
  const [first = empty] = compared.values;
  return { ...compared, test, values: [isNumber && typeof first !== 'number' ? empty : first] };
}

/** What somebody typed, as a value of the field: a number where the field or what stood there is one. Pure. */
export function plainOf(typed: string, kind: FieldKind | undefined, before: Plain | undefined): Plain {
  if (kind === 'flag' && (typed === 'true' || typed === 'false')) return typed === 'true';
  const isNumber = kind === 'number' || (kind !== 'text' && typeof before === 'number');
  return isNumber && typed.trim() !== '' && Number.isFinite(Number(typed)) ? Number(typed) : typed;
}
