import { anyType, listOf, mapOf, parseType, typeOfJsonSchema, typeOfSample } from '../language/index.ts';
import type { Field, Schema, Type } from '../language/index.ts';
import { profileSchema } from '../profile/index.ts';
import type { CustomAction, JourneyDefinition } from './definition.ts';

const [text, number, truth] = ['text', 'number', 'truth'].map(parseType) as [Type, Type, Type];
const moment: Type = { kind: 'moment', as: 'number' };
const maybe = (type: Type): Field => ({ type, maybe: true });
const lines = listOf(mapOf({ item: text, quantity: number }));

/**
 * The data of the facts that profiles make, for `event`; the entry's data also has `at`. Other types of events are as
 * the shop sends them, and so are fields that a fact gains.
 */
const factFields: Record<string, Record<string, Type | Field>> = {
  'cart.changed': { cartId: text, lines, ecid: maybe(text) },
  'cart.emptied': { cartId: maybe(text) },
  'cart.replaced': { cartId: text, by: text },
  'consent.lost': { purpose: text, source: maybe(text) },
  'consent.given': { purpose: text, source: maybe(text) },
  identified: { email: text },
  'audience.entered': { audience: text, name: text },
  'audience.left': { audience: text, name: text },
  'item.changed': {
    id: text,
    name: text,
    field: text,
    before: maybe(number),
    after: maybe(number),
    price: maybe(number),
    currency: maybe(text),
    stock: maybe(number),
    categories: listOf(text),
    items: maybe(anyType),
    ids: maybe(listOf(text)),
    ecid: maybe(text),
  },
};

/** The type of `event` for a kind of event. */
export function eventSchema(event: unknown): Type {
  const fields = typeof event === 'string' && Object.hasOwn(factFields, event) ? factFields[event]! : null;
  return fields === null ? anyType : mapOf({ ...fields, at: moment, each: { type: anyType, maybe: true } });
}

/** What an action's answer looks like: by its JSON Schema or its sample, if it is declared with one. */
export function answerSchema({ responseSchema, responseSample }: CustomAction): Type {
  if (responseSchema !== undefined) return typeOfJsonSchema(responseSchema);
  return responseSample === undefined ? anyType : typeOfSample(responseSample);
}

/** What an action says when it failed (journeys C8). */
function errorSchema({ errorSchema: schema, errorSample }: CustomAction): Type {
  if (schema !== undefined) return typeOfJsonSchema(schema);
  return errorSample === undefined ? anyType : typeOfSample(errorSample);
}

/** What is kept of an answer, beside its status: a list at its root under `value`. A part that `answer` picks out is anything. */
function keptSchema(action: CustomAction): Type {
  const answer = action.answer === undefined ? answerSchema(action) : anyType;
  if (answer.kind === 'any') return anyType;
  const { fields, rest } = answer.kind === 'map' ? answer : mapOf({ value: answer });
  const status = { jo_status_code: { type: text }, errorResponse: maybe(errorSchema(action)), jo_enough: maybe(truth) };
  return { kind: 'map', fields: { ...fields, ...status }, rest };
}

/**
 * What the expressions of a journey see: `event` is that of the given kind, by default the one that lets people in.
 * `definition` may be anything; what is not as it should be is found elsewhere.
 */
export function journeySchema(definition: JourneyDefinition, event: unknown = entryEvent(definition)): Schema {
  const activities = Object.values(definition.activities ?? {}).filter((one) => one?.kind === 'action');
  const actions = activities.map((action): [string, Field] => [action.name, maybe(keptSchema(action))]);
  const entry = eventSchema(entryEvent(definition));
  return mapOf({
    event: eventSchema(event),
    profile: profileSchema,
    context: mapOf({
      entry: moment,
      journey: mapOf({
        events: mapOf({ entry }, anyType),
        actions: mapOf(Object.fromEntries(actions)),
        technicalProperties: mapOf({
          supplementalId: text,
          journeyUID: text,
          journeyVersion: number,
          instanceID: text,
          profileID: text,
          currentNode: text,
          lastActionError: maybe(mapOf({ action: text, activity: text, status: text })),
        }),
      }),
    }),
  });
}

function entryEvent({ entry }: JourneyDefinition): unknown {
  return entry?.kind === 'event' || entry?.kind === 'business' ? entry.event : null;
}
