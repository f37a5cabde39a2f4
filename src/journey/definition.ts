import type { Static } from 'typebox';
import { Activity } from './definition-activity.ts';
import { Entry } from './definition-entry.ts';
import { duration, expression, form, number, text, timeOfDay, Type } from './definition-form.ts';

export const ExitRule = form({
  event: text('Fact or type of event that ends a run'),
  key: Type.Optional(expression('The key of the run must equal it; absent: any run of the person')),
  when: Type.Optional(expression('A condition over `event`')),
  reason: text('Plain words for the timeline: "Bought"'),
});
export type ExitRule = Static<typeof ExitRule>;

/** Over midnight where the end is not after the begin; it belongs to the day on which it begins. */
const quietSpan = {
  from: timeOfDay('Begin'),
  to: timeOfDay('End; the same as the begin is the whole day, on days that are named'),
  days: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
      description: 'Days of the week on which it begins, Monday 1',
    }),
  ),
  dates: Type.Optional(
    Type.Array(Type.String(), {
      description: 'Calendar days on which it begins, "2026-12-24". Without days and dates: every day',
    }),
  ),
};

/**
 * A journey as a document: what starts it, what it does, what ends it. Lives equally in a file, in the API and on the
 * canvas. Conditions are texts in the one language; they see `event`, `profile`, `context` and `now`.
 * One source: the type here, the JSON Schema that is published, and the check of the form are all this.
 */
export const JourneyDefinition = form(
  {
    $schema: Type.Optional(text('Address of the JSON Schema, for editors')),
    key: Type.String({
      pattern: '^[a-z0-9][a-z0-9-]{0,59}$',
      description: 'Lower-case letters, digits and hyphens; the name in addresses',
    }),
    name: text('Name for people'),
    description: Type.Optional(text('What it is for')),
    entry: Entry,
    exits: Type.Optional(
      Type.Array(ExitRule, {
        description: 'Facts that end a waiting run at once; checked again right before each action',
      }),
    ),
    reentry: Type.Optional(
      form({
        after: Type.Optional(duration('Must have passed since the last entry; absent: any time')),
        never: Type.Optional(Type.Boolean({ description: 'Once in a lifetime' })),
      }),
    ),
    holdout: Type.Optional(number('Share held out, 0.1 if not said', { minimum: 0, maximum: 1 })),
    lateness: Type.Optional(
      duration('A run due later than this after its time, because the system was down, ends as late; P1D if not said'),
    ),
    quietHours: Type.Optional(
      Type.Union(
        [
          form({ ...quietSpan, also: Type.Optional(Type.Array(form(quietSpan), { description: 'Further spans' })) }),
          Type.Null(),
        ],
        {
          description:
            'Hours in which no marketing mail leaves, on the recipient’s clock; 21:00 to 08:00 if not said, null for none',
        },
      ),
    ),
    sender: Type.Optional(text('Key of the sender its mails go out for; absent: the one each mail names')),
    group: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9-]{0,59}$',
        description: 'Name of a group of journeys that compete for a person: somebody is in one of them at a time',
      }),
    ),
    lookAhead: Type.Optional(
      duration(
        'Nobody comes in whom a journey of the group that goes before is about to read, as its audience stands now, within so long. P1D to P30D; absent: it is not looked',
      ),
    ),
    priority: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100,
        description: 'Which of several goes before, 50 if not said: in its group, and among the mails to one person',
      }),
    ),
    caps: Type.Optional(
      form(
        {
          entries: Type.Optional(
            form(
              {
                max: Type.Integer({ minimum: 0 }),
                within: Type.Optional(duration('A window that begins with the first of them; absent: for ever')),
              },
              'So many runs begin in all, over all versions',
            ),
          ),
          perPerson: Type.Optional(
            form(
              {
                max: Type.Integer({ minimum: 1 }),
                within: Type.Optional(duration('Back from now; absent: ever')),
              },
              'So many runs begin for one person, over all keys',
            ),
          ),
          mails: Type.Optional(
            form(
              {
                max: Type.Integer({ minimum: 1 }),
                within: duration('Back from now'),
              },
              'No mail of this journey to somebody who has had so many: of all journeys of its group, without a group of this one',
            ),
          ),
        },
        'Bounds on how many come in and how often somebody is written to',
      ),
    ),
    alerts: Type.Optional(
      form(
        {
          to: Type.Optional(
            Type.Array(text('A mail address'), {
              description: 'Who hears of troubles of this journey, beside the shop’s',
            }),
          ),
          errorShare: Type.Optional(
            number('A call or mail that fails more often than this within five minutes is told, 0.2 if not said', {
              minimum: 0,
              maximum: 1,
            }),
          ),
        },
        'Who must know when something is wrong, and when it is',
      ),
    ),
    zone: Type.Optional(
      text(
        'By whose clock times of day and dates are meant: an IANA zone, or profile, the person’s own where it is known; absent: the shop’s',
      ),
    ),
    begins: Type.Optional(
      text(
        'From then on people come in: a day or a time of the wall, "2026-12-01" or "2026-12-01T08:00"; absent: at once',
      ),
    ),
    ends: Type.Optional(
      text('From then on nobody comes in, and whoever is inside has ended; written as `begins`; absent: never'),
    ),
    life: Type.Optional(duration('How long a run may last at most; absent: as long as it takes')),
    rounds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description:
          'How often a run may come to the same activity; where it goes round it ends instead of coming once more. Absent: ten thousand activities in all',
      }),
    ),
    start: text('Name of the first activity'),
    activities: Type.Record(Type.String(), Activity, { description: 'By name' }),
  },
  'A journey: what lets people in, what happens, what ends it.',
);
export type JourneyDefinition = Static<typeof JourneyDefinition>;

export type * from './definition-action.ts';
export type * from './definition-activity.ts';
export type * from './definition-entry.ts';
