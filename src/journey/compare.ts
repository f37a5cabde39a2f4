import type { TSchema } from 'typebox';
import { sha256, stableJson } from '../base/index.ts';
import { JourneyDefinition as JourneyForm } from './definition.ts';
import type { JourneyDefinition } from './definition.ts';

/** Comparing journeys that lie in two places: a folder and a server, a draft and what is live. All pure. */

/** What a journey says, without what only its file is about. */
export function plainJourney({ $schema: _schema, ...rest }: JourneyDefinition): JourneyDefinition {
  return rest;
}

/** The same text for documents that say the same, whatever the order of their names. */
export function revisionOf(definition: JourneyDefinition): string {
  return sha256(stableJson(plainJourney(definition))).slice(0, 20);
}

/** How a journey here stands to the one there, by what both were when they last were the same. */
export type Standing = 'same' | 'only here' | 'only there' | 'changed here' | 'changed there' | 'changed in both';

export function standingOf(of: { here: string | null; there: string | null; base: string | null }): Standing {
  const { here, there, base } = of;
  if (here === null) return 'only there';
  if (there === null) return 'only here';
  if (here === there) return 'same';
  if (base === there) return 'changed here';
  return base === here ? 'changed there' : 'changed in both';
}

/** One place where two documents differ; undefined where one has nothing. */
export interface Difference {
  where: string;
  before: unknown;
  after: unknown;
}

export function differencesOf(before: unknown, after: unknown, where = ''): Difference[] {
  if (stableJson(before) === stableJson(after)) return [];
  const both = [before, after];
  const isList = both.every((one) => Array.isArray(one));
  const isObject = both.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
  if (!isList && !isObject) return [{ where: where === '' ? 'journey' : where, before, after }];
  const [x, y] = both as [Record<string, unknown>, Record<string, unknown>];
  const names = [...new Set([...Object.keys(x), ...Object.keys(y)])];
  return names.flatMap((name) => {
    const deeper = isList ? `${where}[${name}]` : where === '' ? name : `${where}.${name}`;
    return differencesOf(x[name], y[name], deeper);
  });
}

/**
 * The same journey as people read it: names in the order of its form, one's own after them, activities in the order in
 * which a run comes to them. So a file changes only where the journey does, whatever a database does to the order.
 */
export function readableJourney(definition: JourneyDefinition): JourneyDefinition {
  const ordered = inFormOrder(definition, JourneyForm) as JourneyDefinition;
  const { activities } = ordered;
  const names = walkOf(ordered);
  const rest = Object.keys(activities).filter((name) => !names.includes(name));
  return { ...ordered, activities: Object.fromEntries([...names, ...rest].map((name) => [name, activities[name]!])) };
}

interface Form {
  anyOf?: Form[];
  const?: unknown;
  properties?: Record<string, Form>;
  patternProperties?: Record<string, Form>;
  items?: Form;
}

/** A document with its names in the order of its form, one's own after them. */
export function inFormOrder(value: unknown, schema: TSchema | Form): unknown {
  const form = wayOf(value, schema as Form);
  if (Array.isArray(value)) return form.items ? value.map((one: unknown) => inFormOrder(one, form.items!)) : value;
  const { properties } = form;
  if (typeof value !== 'object' || value === null || (!properties && !form.patternProperties)) return value;
  const given = value as Record<string, unknown>;
  const names = properties ? Object.keys(properties) : [];
  const known = names.filter((name) => given[name] !== undefined);
  const own = Object.keys(given).filter((name) => !names.includes(name));
  const any = properties ? {} : (Object.values(form.patternProperties!)[0] ?? {});
  return Object.fromEntries(
    [...known, ...own].map((name) => [name, inFormOrder(given[name], properties?.[name] ?? any)]),
  );
}

/** Of several ways the one whose kind it is. */
function wayOf(value: unknown, form: Form): Form {
  const kind = (value as { kind?: unknown } | null)?.kind;
  return form.anyOf?.find(({ properties }) => properties && (properties['kind']?.const ?? kind) === kind) ?? form;
}

/** Names of the activities, from the first on, as a run may come to them. */
function walkOf({ start, activities }: JourneyDefinition): string[] {
  const found: string[] = [];
  const waiting = [start];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    if (found.includes(name) || !Object.hasOwn(activities, name)) continue;
    found.push(name);
    waiting.push(...textsOf(activities[name]).filter((text) => Object.hasOwn(activities, text)));
  }
  return found;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
