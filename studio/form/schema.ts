/** A JSON Schema as our doors publish it: as much of it as a form is made from. */
export interface Schema {
  type?: string;
  const?: unknown;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  description?: string;
  default?: unknown;
}

export type Raw = Record<string, unknown>;
/** Where a field stands in what is written: names, and numbers in lists. */
export type Place = readonly (string | number)[];

/** How a part of a document is asked for. */
export type Shape =
  | 'text'
  | 'expression'
  | 'duration'
  | 'time'
  | 'place'
  | 'share'
  | 'number'
  | 'flag'
  | 'choice'
  | 'texts'
  | 'numbers'
  | 'list'
  | 'map'
  | 'group'
  | 'kinds'
  | 'orNone'
  | 'json';

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What field suits a schema: by its kind, and by the few words and patterns in which our schemas say more. Pure. */
export function shapeOf(schema: Schema): Shape {
  const { anyOf, type, description = '' } = schema;
  if (anyOf) return choiceShape(anyOf);
  if (type === 'array') return listShape(schema.items ?? {});
  if (type === 'object') return schema.properties ? 'group' : 'map';
  if (type === 'boolean') return 'flag';
  const isShare = (schema.minimum === 0 && schema.maximum === 1) || description.startsWith('Share');
  if (type === 'number' && isShare) return 'share';
  if (type === 'number' || type === 'integer') return 'number';
  if (type !== 'string') return 'json';
  if (schema.pattern === '^P') return 'duration';
  if (schema.pattern?.endsWith(':[0-5]\\d$')) return 'time';
  if (description.startsWith('Expression.')) return 'expression';
  return description.startsWith('Name of an activity.') ? 'place' : 'text';
}

function choiceShape(ways: Schema[]): Shape {
  if (ways.every((way) => way.const !== undefined)) return 'choice';
  return ways.some((way) => way.type === 'null') ? 'orNone' : 'kinds';
}

function listShape(items: Schema): Shape {
  if (items.type === 'integer' || items.type === 'number') return 'numbers';
  return items.type === 'string' ? 'texts' : 'list';
}

/** The words of a choice, or the kinds of a union. Pure. */
export function wordsOf(schema: Schema): string[] {
  return (schema.anyOf ?? []).map((way) => String(way.const ?? way.properties?.['kind']?.const ?? ''));
}

/** The member of a union that a value is of. Pure. */
export function kindOf(schema: Schema, value: unknown): Schema | undefined {
  const kind = isRaw(value) ? value['kind'] : undefined;
  return schema.anyOf?.find((way) => way.properties?.['kind']?.const === kind);
}

/** Texts that mean something before anybody has written them. */
const blankText: Partial<Record<Shape, string>> = { duration: 'P1D', time: '09:00' };

/** The least that a schema asks for: what a new thing of it is before anybody has written in it. Pure. */
export function blankOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.anyOf) return blankOf(schema.anyOf[0]!);
  if (schema.type === 'array') return [];
  if (schema.type === 'number' || schema.type === 'integer') return Math.max(schema.minimum ?? 0, 0);
  if (schema.type === 'boolean') return false;
  if (schema.type === 'string') return blankText[shapeOf(schema)] ?? '';
  if (schema.type !== 'object') return {};
  const named = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(named.map(([name, part]) => [name, blankOf(part)]));
}

/** Another kind of the same thing: what both know is kept. Pure. */
export function asKind(schema: Schema, value: Raw): Raw {
  const kept = Object.entries(value).filter(
    ([name]) => name !== 'kind' && Object.hasOwn(schema.properties ?? {}, name),
  );
  return { ...(blankOf(schema) as Raw), ...Object.fromEntries(kept) };
}

/** A document with another part in it, where it stood; undefined takes the part out. Pure. */
export function withPart(value: Raw, name: string, part: unknown): Raw {
  if (part !== undefined) return { ...value, [name]: part };
  const { [name]: _before, ...rest } = value;
  return rest;
}

/** As the server names a place: `activities.wait.paths[0].when`. Pure. */
export function placeName(place: Place): string {
  return place.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** A part of a document by its place. Pure. */
export function partAt(value: unknown, place: Place): unknown {
  return place.reduce<unknown>((part, name) => (part as Raw | undefined)?.[name], value);
}
