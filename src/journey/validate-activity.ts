import { nearest } from '../base/index.ts';
import type {
  Activity,
  ExperimentActivity,
  JourneyDefinition,
  ListenActivity,
  MessageActivity,
  SplitActivity,
  WaitActivity,
} from './definition.ts';
import { journeySchema } from './schema.ts';
import { checkAction } from './validate-action.ts';
import {
  duration,
  expression,
  numbers,
  timeOfDay,
  type ActivityHands,
  type PartHands,
  type Say,
} from './validate-part.ts';

/** Everything wrong with the activities of a journey. */
export function checkActivities(
  definition: JourneyDefinition,
  { templates, isSound }: { templates: ReadonlySet<string>; isSound: (part: string) => boolean },
  say: Say,
): void {
  const names = Object.keys(definition.activities);
  const goes = (where: string, to: unknown) => {
    if (typeof to === 'string' && Object.hasOwn(definition.activities, to)) return;
    const near = typeof to === 'string' ? nearest(to, names) : undefined;
    say(
      where,
      to === undefined
        ? 'Where to go on is missing'
        : `There is no activity "${String(to)}"${near ? `; did you mean "${near}"?` : ''}`,
    );
  };
  const sees = journeySchema(definition);
  if (isSound('start')) goes('start', definition.start);
  for (const [name, activity] of Object.entries(definition.activities))
    if (isSound(`activities.${name}`))
      checkActivity(`activities.${name}`, activity, { goes, say, templates, sees, definition });
}

function checkActivity(where: string, activity: Activity, hands: ActivityHands): void {
  const { goes, say } = hands;
  switch (activity?.kind) {
    case 'wait':
      checkWait(where, activity, hands);
      return goes(`${where}.next`, activity.next);
    case 'condition':
      for (const [i, path] of (activity.paths ?? []).entries()) {
        expression(`${where}.paths[${i}].when`, path.when, hands);
        goes(`${where}.paths[${i}].next`, path.next);
      }
      return goes(`${where}.otherwise`, activity.otherwise);
    case 'split':
    case 'experiment':
      return checkShares(where, activity, hands);
    case 'cap':
      if (!Number.isInteger(activity.max) || activity.max < 0)
        say(`${where}.max`, `${String(activity.max)} is no number of runs; write a whole number`);
      if (activity.within !== undefined) duration(`${where}.within`, activity.within, say);
      goes(`${where}.next`, activity.next);
      return goes(`${where}.otherwise`, activity.otherwise);
    case 'listen':
      return checkListen(where, activity, hands);
    case 'action':
      return checkAction(where, activity, hands);
    case 'message':
      return checkMessage(where, activity, hands);
    case 'update':
      checkValues(`${where}.attributes`, activity.attributes, hands);
      return goes(`${where}.next`, activity.next);
    case 'jump':
      if (typeof activity.journey !== 'string' || !/^[a-z0-9][a-z0-9-]{0,59}$/.test(activity.journey))
        say(`${where}.journey`, `"${String(activity.journey)}" is no key of a journey`);
      if (activity.data !== undefined) checkValues(`${where}.data`, activity.data, hands);
      return goes(`${where}.next`, activity.next);
    case 'end':
  }
}

/** One of four ways to wait; only `for` and `at` go together. */
function checkWait(where: string, wait: WaitActivity, hands: ActivityHands): void {
  const { say } = hands;
  const ways = (['for', 'until', 'at', 'best'] as const).filter((way) => wait[way] !== undefined);
  const both = ways.length === 2 && ways.includes('for') && ways.includes('at');
  if (ways.length !== 1 && !both)
    say(
      where,
      `A wait says one of "for", "until", "at" and "best", or "for" and then "at"; this says ${ways.join(' and ') || 'none'}`,
    );
  if (wait.for !== undefined) duration(`${where}.for`, wait.for, say);
  if (wait.best !== undefined) duration(`${where}.best`, wait.best, say);
  if (wait.until !== undefined) expression(`${where}.until`, wait.until, hands);
  if (wait.at !== undefined) timeOfDay(`${where}.at`, wait.at, say);
  if (wait.days === undefined) return;
  numbers(`${where}.days`, wait.days, { from: 1, to: 7, say });
  if (wait.at === undefined) say(`${where}.days`, 'Days go with a time of day; add "at"');
}

function checkShares(where: string, activity: SplitActivity | ExperimentActivity, hands: ActivityHands): void {
  const { goes, say } = hands;
  const isShare = (share: unknown): share is number => typeof share === 'number' && share > 0 && share <= 1;
  const paths = activity.paths ?? [];
  if (paths.length === 0) say(`${where}.paths`, 'There is no path to take');
  for (const [i, path] of paths.entries()) {
    if (!isShare(path.share))
      say(`${where}.paths[${i}].share`, `${String(path.share)} is no share; write 0.5 for one half`);
    goes(`${where}.paths[${i}].next`, path.next);
  }
  const whole = paths.reduce((sum, { share }) => sum + (isShare(share) ? share : 0), 0);
  const leaves = activity.kind === 'split' ? whole < 1 - 1e-9 : (activity.holdout ?? 0) > 0;
  if (activity.kind === 'split' && whole > 1 + 1e-9)
    say(`${where}.paths`, `The shares come to ${Number(whole.toFixed(4))}, which is more than the whole`);
  if (
    activity.kind === 'experiment' &&
    activity.holdout !== undefined &&
    !(activity.holdout >= 0 && activity.holdout < 1)
  )
    say(`${where}.holdout`, `${String(activity.holdout)} is no share; write 0.1 for one in ten`);
  if (leaves || activity.otherwise !== undefined) goes(`${where}.otherwise`, activity.otherwise);
}

function checkListen(where: string, listen: ListenActivity, hands: ActivityHands): void {
  const { goes, say, definition } = hands;
  const events = listen.events ?? [];
  if (events.length === 0) say(`${where}.events`, 'There is nothing to listen for');
  for (const [i, one] of events.entries()) {
    const here = `${where}.events[${i}]`;
    if (typeof one.event !== 'string' || one.event === '') say(`${here}.event`, 'Name the event, such as ordered');
    const sees = journeySchema(definition, one.event);
    if (one.when !== undefined) expression(`${here}.when`, one.when, { say, sees });
    if (one.key !== undefined) expression(`${here}.key`, one.key, { say, sees });
    if (one.message !== undefined && definition.activities[one.message]?.kind !== 'message')
      say(`${here}.message`, `There is no message activity "${String(one.message)}"`);
    goes(`${here}.next`, one.next);
  }
  if (listen.timeout !== undefined) duration(`${where}.timeout`, listen.timeout, say);
  if (listen.timeout !== undefined || listen.otherwise !== undefined) goes(`${where}.otherwise`, listen.otherwise);
}

function checkMessage(where: string, activity: MessageActivity, { goes, say, templates }: ActivityHands): void {
  if (!templates.has(activity.message))
    say(
      `${where}.message`,
      `There is no message "${String(activity.message)}"; there are ${[...templates].sort().join(', ') || 'none'}`,
    );
  if (activity.variants !== undefined) checkVariants(where, activity, { say, templates });
  if (activity.addressWithin !== undefined) duration(`${where}.addressWithin`, activity.addressWithin, say);
  if (activity.onExcluded !== undefined) goes(`${where}.onExcluded`, activity.onExcluded);
  goes(`${where}.next`, activity.next);
}

/** Messages that are compared: each with a name and a share of its own, the activity's own among them. */
function checkVariants(
  where: string,
  { message, variants = [] }: MessageActivity,
  { say, templates }: Pick<ActivityHands, 'say' | 'templates'>,
): void {
  const at = `${where}.variants`;
  if (variants.length < 2) say(at, 'One message cannot be compared; name two or more, or leave `variants` out');
  const labels = variants.map(({ label }) => label);
  for (const [i, one] of variants.entries()) {
    if (!(one.share > 0 && one.share <= 1))
      say(`${at}[${i}].share`, `${String(one.share)} is no share; write 0.5 for one half`);
    if (labels.indexOf(one.label) !== i) say(`${at}[${i}].label`, `"${one.label}" is the name of another one already`);
    if (!templates.has(one.message)) say(`${at}[${i}].message`, `There is no message "${String(one.message)}"`);
  }
  if (!variants.some((one) => one.message === message))
    say(at, `None of them sends "${message}", with which the others are compared`);
}

/** Names and the expressions that give their values. */
function checkValues(where: string, values: unknown, hands: PartHands): void {
  const pairs = typeof values === 'object' && values !== null ? Object.entries(values) : [];
  if (pairs.length === 0) hands.say(where, 'Name at least one, with an expression that gives its value');
  for (const [name, source] of pairs) {
    if (!/^[A-Za-z][A-Za-z0-9_]{0,59}$/.test(name))
      hands.say(`${where}.${name}`, 'A name has letters, digits and underscores');
    expression(`${where}.${name}`, source, hands);
  }
}
