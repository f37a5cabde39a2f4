import type { Static } from 'typebox';
import { choice, duration, expression, form, number, text, timeOfDay, Type } from './definition-form.ts';

/** How people get into a journey. */

const rate = Type.Optional(number('At most so many runs begin in a second', { minimum: 1 }));
const each = Type.Optional(
  expression('Gives a list: each of its elements begins a run of its own, and is `event.each` in it'),
);

export const EventEntry = form(
  {
    kind: Type.Literal('event'),
    event: text('Fact or type of event, such as cart.changed, visit.ended, audience.entered'),
    when: Type.Optional(expression('A condition over `event` and `profile`')),
    each,
    key: Type.Optional(expression('The concurrency key, such as event.cartId; absent: one run a person')),
    onRepeat: Type.Optional(
      choice(
        ['ignore', 'restart', 'update'],
        'What a further matching event does to a run that still waits: nothing, begin anew, or bring its newest data',
      ),
    ),
  },
  'A fact of one person lets that person in.',
);
export type EventEntry = Static<typeof EventEntry>;

export const AudienceEntry = form(
  {
    kind: Type.Literal('audience'),
    audience: text(
      'Key of an audience, whose members of that moment are read; or an expression over `profile`, asked about everybody',
    ),
    when: Type.Optional(expression('Which of the members; absent: all')),
    at: timeOfDay('Local time of day, "10:00"'),
    zone: Type.Optional(text('Whose clock, an IANA zone; absent: the shop’s')),
    every: Type.Optional(
      choice(
        ['day', 'week', 'month', 'once'],
        'How often, day if not said. once: on `date`, or as soon as the hour comes after publishing',
      ),
    ),
    on: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: 31 }), {
        description: 'Of a week the days (Monday 1), of a month the dates (31: the last)',
      }),
    ),
    date: Type.Optional(text('The day of a reading that is done once, "2026-12-01"')),
    until: Type.Optional(text('The last day on which it is read')),
    incremental: Type.Optional(
      Type.Boolean({ description: 'Only who has come since the last reading; the first takes all' }),
    ),
    inside: Type.Optional(choice(['leave', 'restart'], 'Those who are still inside: left alone, or begun anew')),
    waves: Type.Optional(
      Type.Array(
        form({
          share: number('Of the whole', { minimum: 0, maximum: 1 }),
          after: duration('How long after the first wave it begins'),
        }),
        { description: 'Parts of the audience, one after the other' },
      ),
    ),
    rate,
  },
  'The members of an audience are read, at a time.',
);
export type AudienceEntry = Static<typeof AudienceEntry>;

export const BusinessEntry = form(
  {
    kind: Type.Literal('business'),
    event: text('item.changed, or a business event that the shop sends'),
    when: Type.Optional(
      expression(
        'A condition over `event`. Of item.changed it is asked of each change (`event.field` is price, stock, new or gone); those for which it holds are `event.items`, their ids `event.ids`',
      ),
    ),
    audience: text(
      'Key of an audience, or an expression over `profile` and `event`, such as intersects(event.ids, profile.viewed)',
    ),
    each,
    key: Type.Optional(expression('Over `event` and `profile`: the concurrency key, such as event.each.id')),
    rate,
  },
  'Something that happened to no person, such as a price that fell, lets the people in whom it concerns.',
);
export type BusinessEntry = Static<typeof BusinessEntry>;

export const Entry = Type.Union([EventEntry, AudienceEntry, BusinessEntry]);
export type Entry = Static<typeof Entry>;
