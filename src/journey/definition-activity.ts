import type { Static } from 'typebox';
import { CustomAction } from './definition-action.ts';
import {
  duration,
  expression,
  form,
  label,
  next,
  note,
  number,
  place,
  text,
  timeOfDay,
  Type,
} from './definition-form.ts';

/** What a journey can do with a run. Each has a name in `activities`; `next` names where to go on. */

export const WaitActivity = form(
  {
    kind: Type.Literal('wait'),
    label,
    note,
    for: Type.Optional(duration('Elapsed time. May be followed by `at`: "a day, and then until nine o’clock"')),
    until: Type.Optional(
      expression('Gives a moment, or a date and time of the wall without a zone; what is over waits no more'),
    ),
    at: Type.Optional(timeOfDay('Until the clock shows this time of day, "09:00", on one of `days`')),
    days: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { description: 'Monday is 1' })),
    best: Type.Optional(duration('Until the hour at which this person usually comes, within so long')),
    next,
  },
  'Waits in one of four ways: for, until, at, best.',
);
export type WaitActivity = Static<typeof WaitActivity>;

export const ConditionActivity = form(
  {
    kind: Type.Literal('condition'),
    label,
    note,
    paths: Type.Array(
      form({
        label: text('Plain words for the timeline'),
        when: expression('Is the path taken?'),
        next,
      }),
      { description: 'The first true path wins' },
    ),
    otherwise: place('For whom no path is true'),
  },
  'Takes the first path whose condition is true.',
);
export type ConditionActivity = Static<typeof ConditionActivity>;

const SharedPath = form({
  label: text('Plain words for the timeline'),
  share: number('0.5 for one half', { minimum: 0, maximum: 1 }),
  next,
});

export const SplitActivity = form(
  {
    kind: Type.Literal('split'),
    label,
    note,
    paths: Type.Array(SharedPath),
    otherwise: Type.Optional(place('For what the shares leave of the whole')),
  },
  'Parts people by shares; a person always takes the same path, whatever the version.',
);
export type SplitActivity = Static<typeof SplitActivity>;

const choose = Type.Union([Type.Literal('fixed'), Type.Literal('bandit'), Type.Literal('winner')], {
  description:
    'fixed: by the shares, as long as it runs; bandit: each day more go where more have bought; winner: by the shares until one is clearly better than each of the others, and from the next day on all go there. Absent: fixed',
});

export const ExperimentActivity = form(
  {
    kind: Type.Literal('experiment'),
    label,
    note,
    paths: Type.Array(SharedPath),
    choose: Type.Optional(choose),
    holdout: Type.Optional(
      number('Share of the whole that takes none of the paths; the rest is parted among them', {
        minimum: 0,
        maximum: 1,
      }),
    ),
    otherwise: Type.Optional(place('For those held out; needed with `holdout`')),
  },
  'A split whose paths are compared in the report.',
);
export type ExperimentActivity = Static<typeof ExperimentActivity>;

export const CapActivity = form(
  {
    kind: Type.Literal('cap'),
    label,
    note,
    max: Type.Integer({ minimum: 0, description: 'So many runs go by' }),
    within: Type.Optional(duration('The window, which begins with the first that goes by; absent: for ever')),
    next,
    otherwise: place('When all places are taken'),
  },
  'Lets at most so many runs by, counted over all versions.',
);
export type CapActivity = Static<typeof CapActivity>;

export const ListenActivity = form(
  {
    kind: Type.Literal('listen'),
    label,
    note,
    events: Type.Array(
      form({
        event: text(
          'Fact or type of event; message.clicked, message.opened and message.bounced are reactions to our own mails',
        ),
        message: Type.Optional(place('For a reaction: the message activity whose mail it must be')),
        key: Type.Optional(expression('The key of the run must equal it')),
        when: Type.Optional(expression('A condition over `event`')),
        label: text('Plain words for the timeline'),
        next,
      }),
    ),
    timeout: Type.Optional(
      duration('After it the run goes on by `otherwise`; absent: it waits as long as the run may last'),
    ),
    otherwise: Type.Optional(place('When nothing happened in time')),
  },
  'Waits for the first of several events.',
);
export type ListenActivity = Static<typeof ListenActivity>;

export const MessageActivity = form(
  {
    kind: Type.Literal('message'),
    label,
    note,
    message: text('Key of the message; with `variants` one of theirs, the one that the others are compared with'),
    variants: Type.Optional(
      Type.Array(
        form({
          label: text('Plain words for the report'),
          share: number('How many of those who get a mail get this one, relative to the others', {
            minimum: 0,
            maximum: 1,
          }),
          message: text('Key of the message'),
        }),
        {
          description:
            'Two or more messages that are compared; a person always gets the same one while the shares stay',
        },
      ),
    ),
    choose: Type.Optional(choose),
    class: Type.Optional(
      Type.Union([Type.Literal('marketing'), Type.Literal('transactional')], {
        description:
          'transactional: what somebody waits for, such as a receipt. It asks for no consent, knows no quiet hours, caps or holdout, and is sent once more where it is in doubt; its message must be of that class. Absent: marketing',
      }),
    ),
    next,
    onExcluded: Type.Optional(place('For whom a gate refused the mail; absent: `next`')),
    addressWithin: Type.Optional(
      duration('How long the run of somebody without an address waits for one; absent: the mail is left out'),
    ),
  },
  'Plans a mail; the run goes on when its fate is known.',
);
export type MessageActivity = Static<typeof MessageActivity>;

export const UpdateActivity = form(
  {
    kind: Type.Literal('update'),
    label,
    note,
    attributes: Type.Record(Type.String(), Type.String(), { description: 'By name an expression; null clears' }),
    next,
  },
  'Writes attributes of the profile; later activities see them at once.',
);
export type UpdateActivity = Static<typeof UpdateActivity>;

export const JumpActivity = form(
  {
    kind: Type.Literal('jump'),
    label,
    note,
    journey: text('Key of another journey whose entry is an event'),
    data: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'By name an expression: the data of the event that the other journey sees',
      }),
    ),
    next,
  },
  'Begins a run in another journey; this one goes on.',
);
export type JumpActivity = Static<typeof JumpActivity>;

export const EndActivity = form(
  { kind: Type.Literal('end'), label: text('How it ended, for the report'), note },
  'Ends the run.',
);
export type EndActivity = Static<typeof EndActivity>;

export const Activity = Type.Union([
  WaitActivity,
  ConditionActivity,
  SplitActivity,
  ExperimentActivity,
  CapActivity,
  ListenActivity,
  CustomAction,
  MessageActivity,
  UpdateActivity,
  JumpActivity,
  EndActivity,
]);
export type Activity = Static<typeof Activity>;
