import { any, listOf, nothing, number, oneOf, text, truth } from './type.ts';
import type { Field, MapType, Type } from './type.ts';

/** How deep schemas and samples are followed; deeper, anything goes. */
const deepest = 16;
const momentText = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

type Json = Record<string, unknown>;

/**
 * The type that a JSON Schema describes. Fields it does not name are not there, unless `additionalProperties` says
 * otherwise: a name that is checked must be declared. What the converter does not know means `any`.
 */
export function typeOfJsonSchema(schema: unknown): Type {
  return new Converter(schema).type(schema, 0);
}

class Converter {
  readonly #root: unknown;
  constructor(root: unknown) {
    this.#root = root;
  }

  type(schema: unknown, depth: number): Type {
    if (!isMap(schema) || depth > deepest) return any;
    const { $ref, anyOf, oneOf: one, allOf } = schema;
    if (typeof $ref === 'string') return this.type(this.#found($ref), depth + 1);
    const choices = [anyOf, one].find(Array.isArray);
    if (choices !== undefined) return oneOf(choices.map((choice) => this.type(choice, depth + 1)));
    if (Array.isArray(allOf)) return merged([schema, ...allOf].map((part) => this.#own(part, depth + 1)));
    return this.#own(schema, depth);
  }

  /** Of a schema without looking at `allOf`, so that it may stand beside it. */
  #own(schema: unknown, depth: number): Type {
    if (!isMap(schema)) return any;
    if (typeof schema['$ref'] === 'string') return this.type(schema, depth);
    const values = 'const' in schema ? [schema['const']] : schema['enum'];
    if (Array.isArray(values)) return oneOf(values.map(valueType));
    const kinds = Array.isArray(schema['type']) ? schema['type'] : [schema['type'] ?? guessed(schema)];
    return oneOf(kinds.map((kind) => this.#kind(kind, schema, depth)));
  }

  #kind(kind: unknown, schema: Json, depth: number): Type {
    if (kind === 'object') return this.#map(schema, depth);
    if (kind === 'array') return listOf(this.#items(schema, depth));
    if (kind === 'number' || kind === 'integer') return number;
    if (kind === 'boolean') return truth;
    if (kind === 'null') return nothing;
    return kind === 'string' ? textType(schema['format']) : any;
  }

  #items({ items, prefixItems }: Json, depth: number): Type {
    const each = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : [items];
    return oneOf(each.map((item) => this.type(item, depth + 1)));
  }

  #map(schema: Json, depth: number): Type {
    const properties = isMap(schema['properties']) ? schema['properties'] : {};
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
    const fields = Object.entries(properties).map(([name, property]) => {
      const type = this.type(property, depth + 1);
      const doc = isMap(property) && typeof property['description'] === 'string' ? property['description'] : undefined;
      const field: Field = {
        type,
        maybe: !required.has(name) || nullable(property),
        ...(doc === undefined ? {} : { doc }),
      };
      return [name, field] as const;
    });
    const rest = schema['additionalProperties'] ?? schema['unevaluatedProperties'];
    const pattern = isMap(schema['patternProperties']) ? Object.values(schema['patternProperties']) : [];
    const others = [...(rest === true ? [{}] : isMap(rest) ? [rest] : []), ...pattern];
    // A map of which nothing at all is declared is one of anything.
    if (fields.length === 0 && others.length === 0 && rest !== false) return { kind: 'map', fields: {}, rest: any };
    const open = others.length === 0 ? null : oneOf(others.map((other) => this.type(other, depth + 1)));
    return { kind: 'map', fields: Object.fromEntries(fields), rest: open };
  }

  /** `#/$defs/name`: only within the schema itself; nothing is fetched. */
  #found(ref: string): unknown {
    if (!ref.startsWith('#')) return undefined;
    const steps = ref.slice(1).split('/').slice(1);
    return steps.reduce<unknown>((at, step) => {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
      return isMap(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    }, this.#root);
  }
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function guessed(schema: Json): string | undefined {
  if ('properties' in schema || 'additionalProperties' in schema) return 'object';
  return 'items' in schema ? 'array' : undefined;
}

function nullable(schema: unknown): boolean {
  if (!isMap(schema)) return false;
  const kinds = [schema['type']].flat();
  return schema['nullable'] === true || kinds.includes('null');
}

function textType(format: unknown): Type {
  if (format === 'date-time' || format === 'date') return { kind: 'moment', as: 'text' };
  return format === 'duration' ? { kind: 'duration' } : text;
}

function valueType(value: unknown): Type {
  if (typeof value === 'string') return { kind: 'text', values: [value] };
  return typeOfSample(value);
}

/** The fields of several maps together: a part of `allOf` each. */
function merged(types: Type[]): Type {
  const maps = types.filter((type) => type.kind === 'map');
  if (maps.length === 0) return types.find((type) => type.kind !== 'any') ?? any;
  const named = maps.filter((map) => Object.keys(map.fields).length > 0);
  const fields = Object.assign({}, ...named.map((map) => map.fields)) as Record<string, Field>;
  return { kind: 'map', fields, rest: named.length === 0 ? any : (named.find((map) => map.rest)?.rest ?? null) };
}

/** The type of a sample value, such as the answer an action is declared with: its fields are all there are. */
export function typeOfSample(value: unknown, depth = 0): Type {
  if (value === null || value === undefined || depth > deepest) return any;
  if (typeof value === 'number') return number;
  if (typeof value === 'boolean') return truth;
  if (typeof value === 'string') return momentText.test(value) ? { kind: 'moment', as: 'text' } : text;
  if (Array.isArray(value)) return listOf(value.map((item) => typeOfSample(item, depth + 1)).reduce(alike, nothing));
  if (typeof value !== 'object') return any;
  const fields = Object.entries(value).map(([name, field]) => [name, fieldOfSample(field, depth)] as const);
  return { kind: 'map', fields: Object.fromEntries(fields), rest: fields.length === 0 ? any : null };
}

function fieldOfSample(value: unknown, depth: number): Field {
  const type = typeOfSample(value, depth + 1);
  return value === null ? { type, maybe: true } : { type };
}

/** One type for two items of a list: a field that only one has may be missing. */
function alike(a: Type, b: Type): Type {
  if (a.kind === 'nothing') return b;
  if (b.kind === 'nothing') return a;
  if (a.kind !== 'map' || b.kind !== 'map') return oneOf([a, b]);
  const names = new Set([...Object.keys(a.fields), ...Object.keys(b.fields)]);
  const fields = [...names].map((name) => [name, both(a, b, name)] as const);
  return { kind: 'map', fields: Object.fromEntries(fields), rest: a.rest ?? b.rest };
}

function both(a: MapType, b: MapType, name: string): Field {
  const [left, right] = [a, b].map(({ fields }) => (Object.hasOwn(fields, name) ? fields[name]! : null));
  if (!left || !right) return { ...(left ?? right)!, maybe: true };
  return { type: alike(left.type, right.type), maybe: Boolean(left.maybe || right.maybe) };
}
