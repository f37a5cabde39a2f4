import { Type, type TProperties, type TSchema } from 'typebox';

/** Parts of which the form of a journey is made: TypeBox schemas, which are JSON Schema and the TypeScript types at once. */

/** An object with these properties, and whatever names begin with `x-`, which are kept and mean nothing here. */
export function form<P extends TProperties>(properties: P, description?: string) {
  return Type.Object(properties, {
    ...(description === undefined ? {} : { description }),
    additionalProperties: false,
    patternProperties: { '^x-': {} },
  });
}

export function text(description: string) {
  return Type.String({ description });
}

/** Text in the one language that gives a value. */
export function expression(description: string) {
  return Type.String({ description: `Expression. ${description}` });
}

/** An ISO 8601 duration of elapsed time; a day is 24 hours. */
export function duration(description: string) {
  return Type.String({ pattern: '^P', description: `ISO duration, such as PT4H, P1D or PT30M. ${description}` });
}

export function timeOfDay(description: string) {
  return Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description });
}

export function number(description: string, bounds: { minimum?: number; maximum?: number } = {}) {
  return Type.Number({ description, ...bounds });
}

/** The name of an activity of the same journey. */
export function place(description: string) {
  return Type.String({ description: `Name of an activity. ${description}` });
}

export const label = Type.Optional(text('Plain words for the canvas and the timeline'));
/** For colleagues: a run never reads it. */
export const note = Type.Optional(
  Type.String({ maxLength: 2000, description: 'A comment for those who work on the journey; nobody else sees it' }),
);
export const next = place('Where it goes on');

export function choice<const T extends string>(words: readonly T[], description: string) {
  return Type.Unsafe<T>(Type.Union(words.map((word) => Type.Literal(word)) as TSchema[] as never, { description }));
}

export { Type };
