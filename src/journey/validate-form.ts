import type { TSchema } from 'typebox';
import { nearest } from '../base/index.ts';
import type { Say } from './validate-part.ts';

/** The part of JSON Schema in which the form of a journey is written. */
interface Form {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  const?: string;
  anyOf?: Form[];
  properties?: Record<string, Form>;
  required?: string[];
  patternProperties?: Record<string, Form>;
  items?: Form;
  description?: string;
}

/** How deep a document may be nested. */
const depthLimit = 40;

/**
 * Says what is not of the form of a schema: names that do not exist, values that are missing or of another kind. What
 * stands in a text of the right kind is judged elsewhere. Pure.
 */
export function checkForm(where: string, value: unknown, { schema, say }: { schema: TSchema; say: Say }): void {
  judge(where, value, { form: schema as unknown as Form, say, depth: 0 });
}

interface Hands {
  form: Form;
  say: Say;
  depth: number;
}

function judge(where: string, value: unknown, { form, say, depth }: Hands): void {
  if (depth > depthLimit) return say(where, 'It is nested too deep');
  const deeper = depth + 1;
  if (form.anyOf) return judgeChoice(where, value, { form, say, depth: deeper });
  const wanted = form.type && isOther(value, form.type);
  if (wanted) return say(where, `${wanted} is wanted here, not ${told(value)}`);
  if (form.type === 'array')
    for (const [i, one] of (value as unknown[]).entries())
      judge(`${where}[${i}]`, one, { form: form.items!, say, depth: deeper });
  if (form.type === 'object') judgeObject(where, value as Record<string, unknown>, { form, say, depth: deeper });
}

function judgeObject(where: string, value: Record<string, unknown>, { form, say, depth }: Hands): void {
  const at = (name: string) => (where === '' ? name : `${where}.${name}`);
  const { properties, required = [], patternProperties = {} } = form;
  for (const name of required) {
    const isPlace = properties?.[name]?.description?.startsWith('Name of an activity');
    if (value[name] === undefined) say(at(name), isPlace ? 'Where to go on is missing' : `"${name}" is missing`);
  }
  for (const [name, one] of Object.entries(value)) {
    const known = properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const pattern = known ?? Object.entries(patternProperties).find(([like]) => new RegExp(like).test(name))?.[1];
    if (pattern) {
      if (one !== undefined) judge(at(name), one, { form: pattern, say, depth });
      continue;
    }
    const near = nearest(name, Object.keys(properties ?? {}));
    say(
      at(name),
      `There is no "${name}" here${near ? `; did you mean "${near}"?` : '; what is your own begins with x-'}`,
    );
  }
}

/** One of several words, or of several kinds of object. */
function judgeChoice(where: string, value: unknown, { form, say, depth }: Hands): void {
  const ways = form.anyOf!;
  const words = ways.flatMap((way) => (way.const === undefined ? [] : [way.const]));
  if (words.length === ways.length) {
    if (!words.includes(value as string)) say(where, `${told(value)} is none of ${words.join(', ')}`);
    return;
  }
  const kindOf = (way: Form) => way.properties?.['kind']?.const;
  const kinds = ways.flatMap((way) => kindOf(way) ?? []);
  if (kinds.length === 0) {
    const fits = ways.find((way) => way.type === undefined || isOther(value, way.type) === null) ?? ways[0]!;
    return judge(where, value, { form: fits, say, depth });
  }
  if (isOther(value, 'object')) return say(where, `An object is wanted here, not ${told(value)}`);
  const kind = String((value as { kind?: unknown }).kind);
  const way = ways.find((one) => kindOf(one) === kind);
  if (way) return judge(where, value, { form: way, say, depth });
  const near = nearest(kind, kinds);
  say(
    `${where}.kind`,
    `"${kind}" is no kind; known kinds are ${kinds.join(', ')}${near ? `; did you mean "${near}"?` : ''}`,
  );
}

const words: Record<NonNullable<Form['type']>, string> = {
  object: 'An object',
  array: 'A list',
  string: 'A text',
  number: 'A number',
  integer: 'A whole number',
  boolean: 'true or false',
  null: 'null',
};

/** What would be right where the value is of another type; null where it is right. */
function isOther(value: unknown, type: NonNullable<Form['type']>): string | null {
  const isIt =
    type === 'array'
      ? Array.isArray(value)
      : type === 'object'
        ? typeof value === 'object' && value !== null && !Array.isArray(value)
        : type === 'integer'
          ? Number.isInteger(value)
          : type === 'null'
            ? value === null
            : typeof value === type;
  return isIt ? null : words[type];
}

function told(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
