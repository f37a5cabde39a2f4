import { nearest } from '../base/index.ts';

/**
 * What is known of a value before it is there. Everything may be missing; `maybe` on a field says that it often is, so
 * that printing it asks for a fallback.
 */
export type Type =
  | { readonly kind: 'any' | 'nothing' | 'number' | 'truth' | 'duration' | 'field' }
  /** `values`: the only ones there are. */
  | { readonly kind: 'text'; readonly values?: readonly string[] }
  /** `as`: how it lies in the data, ISO 8601 text or UTC milliseconds; left out: either. */
  | { readonly kind: 'moment'; readonly as?: 'text' | 'number' }
  | { readonly kind: 'list'; readonly of: Type }
  | MapType
  | { readonly kind: 'one of'; readonly types: readonly Type[] }
  /** In rows of the function table: any type, the same wherever it stands. */
  | { readonly kind: 'same' };

/** Named fields; `rest` is the type of all others, null when there are no others. */
export interface MapType {
  readonly kind: 'map';
  readonly fields: Readonly<Record<string, Field>>;
  readonly rest: Type | null;
}

export interface Field {
  readonly type: Type;
  /** Is it often missing? */
  readonly maybe?: boolean;
  /** One sentence for editors. */
  readonly doc?: string;
}

/** What an expression or a template sees: the roots, such as event, profile and context, with their types. */
export type Schema = MapType;

export const any: Type = { kind: 'any' };
export const nothing: Type = { kind: 'nothing' };
export const text: Type = { kind: 'text' };
export const number: Type = { kind: 'number' };
export const truth: Type = { kind: 'truth' };
/** Nothing is known: every path passes. */
export const openSchema: Schema = { kind: 'map', fields: {}, rest: any };

/** A list of a type. */
export function listOf(of: Type): Type {
  return { kind: 'list', of };
}

/** A map of these fields and, without `rest`, no others. */
export function mapOf(fields: Record<string, Type | Field>, rest: Type | null = null): MapType {
  const made = Object.entries(fields).map(
    ([name, given]) => [name, 'kind' in given ? { type: given } : given] as const,
  );
  return { kind: 'map', fields: Object.fromEntries(made), rest };
}

/** The type that is one of these, written as short as it can be. */
export function oneOf(types: readonly Type[]): Type {
  const flat = types.flatMap((type) => (type.kind === 'one of' ? type.types : [type]));
  if (flat.some(({ kind }) => kind === 'any')) return any;
  const kept = new Map<string, Type>();
  for (const type of flat) kept.set(JSON.stringify(type), type);
  const values = [...kept.values()].filter(({ kind }) => kind !== 'nothing');
  const texts = values.filter((type) => type.kind === 'text');
  if (texts.length > 1) {
    const known = texts.every((type) => type.values !== undefined);
    const joined: Type = known ? { kind: 'text', values: texts.flatMap((type) => type.values ?? []) } : text;
    return oneOf([...values.filter(({ kind }) => kind !== 'text'), joined]);
  }
  return values.length === 0 ? nothing : values.length === 1 ? values[0]! : { kind: 'one of', types: values };
}

/** The types a type may turn out as. */
export function kindsOf(type: Type): readonly Type[] {
  return type.kind === 'one of' ? type.types : [type];
}

const plain: Record<string, Type> = {
  any,
  nothing,
  text,
  number,
  truth,
  duration: { kind: 'duration' },
  moment: { kind: 'moment' },
  field: { kind: 'field' },
  list: listOf(any),
  map: { kind: 'map', fields: {}, rest: any },
  T: { kind: 'same' },
};

/**
 * Reads the notation of the function table: `text`, `list<number>`, `map<text>`, `text or list`, `T`.
 * @throws Error for a word that is no type: a fault of the table, found by its test
 */
export function parseType(notation: string): Type {
  const parts = notation.split(' or ').map((part) => part.trim());
  if (parts.length > 1) return { kind: 'one of', types: parts.map(parseType) };
  const [, outer, inner] = /^(list|map)<(.+)>$/.exec(notation) ?? [];
  if (outer === 'list') return listOf(parseType(inner!));
  if (outer === 'map') return { kind: 'map', fields: {}, rest: parseType(inner!) };
  if (Object.hasOwn(plain, notation)) return plain[notation]!;
  const near = nearest(notation, Object.keys(plain));
  throw new Error(`"${notation}" is no type${near === undefined ? '' : `; did you mean ${near}?`}`);
}

/** A type in words, as errors and editors show it. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case 'one of':
      return type.types.map(describeType).join(' or ');
    case 'list':
      return type.of.kind === 'any' ? 'list' : `list of ${describeType(type.of)}`;
    case 'map': {
      const names = Object.keys(type.fields);
      const some = names.slice(0, 4).join(', ');
      return names.length === 0 ? 'map' : `map of ${some}${names.length > 4 ? ', …' : ''}`;
    }
    case 'text': {
      const { values } = type;
      if (values === undefined || values.length > 5) return 'text';
      return values.map((value) => JSON.stringify(value)).join(' or ');
    }
    case 'same':
      return 'T';
    default:
      return type.kind;
  }
}

/** The type of a field, or of an item; null when there is none of this name. */
export function fieldOf(type: Type, key: string): Field | null {
  switch (type.kind) {
    case 'map':
      if (Object.hasOwn(type.fields, key)) return type.fields[key]!;
      return type.rest && { type: type.rest, maybe: true };
    case 'list':
      if (key === 'length') return { type: number };
      return /^\d+$/.test(key) ? { type: type.of, maybe: true } : null;
    case 'one of': {
      const found = type.types.flatMap((one) => fieldOf(one, key) ?? []);
      const maybe = found.length < type.types.length || found.some((field) => field.maybe);
      return found.length === 0 ? null : { type: oneOf(found.map((field) => field.type)), maybe };
    }
    case 'any':
    case 'nothing':
    case 'same':
      return { type: any, maybe: true };
    default:
      return null;
  }
}

/** The type found under a key that is computed: an item of a list, any field of a map. */
export function elementOf(type: Type): Type {
  const types = kindsOf(type).map((one) => (one.kind === 'list' ? one.of : any));
  return oneOf(types);
}

/** The names of the fields of a type. */
export function fieldNames(type: Type): string[] {
  return kindsOf(type).flatMap((one) => (one.kind === 'map' ? Object.keys(one.fields) : []));
}

/** May a value of this type be given where that type is wanted? True unless it surely may not. */
export function fits(given: Type, wanted: Type): boolean {
  return kindsOf(given).some((one) => kindsOf(wanted).some((other) => fitsOne(one, other)));
}

const convertible: Partial<Record<Type['kind'], ReadonlySet<Type['kind']>>> = {
  text: new Set(['text', 'moment', 'number', 'truth', 'duration']),
  number: new Set(['number', 'moment', 'duration']),
  moment: new Set(['moment', 'number', 'text']),
  duration: new Set(['duration', 'number', 'text']),
};

function fitsOne(given: Type, wanted: Type): boolean {
  if (wanted.kind === 'any' || wanted.kind === 'same' || wanted.kind === 'truth' || wanted.kind === 'nothing')
    return true;
  if (given.kind === 'any' || given.kind === 'same' || given.kind === 'nothing') return true;
  if (wanted.kind === 'list') return given.kind === 'list' && fits(given.of, wanted.of);
  if (wanted.kind === 'number' && given.kind === 'moment') return given.as !== 'text';
  return convertible[wanted.kind]?.has(given.kind) ?? given.kind === wanted.kind;
}

/** How a value lies in the data, for comparing: text and number are never equal. */
function lies(type: Type): readonly string[] {
  if (type.kind === 'moment') return type.as === undefined ? ['text', 'number'] : [type.as];
  if (type.kind === 'duration') return ['text', 'number'];
  return [type.kind];
}

/** May values of the two types be equal, or be ordered? */
export function comparable(a: Type, b: Type): boolean {
  return kindsOf(a).some((one) =>
    kindsOf(b).some((other) => {
      if ([one.kind, other.kind].some((kind) => kind === 'any' || kind === 'same')) return true;
      return lies(one).some((form) => lies(other).includes(form));
    }),
  );
}
