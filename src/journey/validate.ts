import { BeckonError, durationMs, nearest } from '../base/index.ts';
import { checkExpression, checkTemplate, mapOf } from '../language/index.ts';
import type { Problem as LanguageProblem, Schema } from '../language/index.ts';
import { isAudienceKey } from '../profile/index.ts';
import type { Activity, CustomAction, JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import { answerSchema, journeySchema } from './schema.ts';

const kinds = ['wait', 'condition', 'action', 'message', 'end'] as const;
const keyForm = /^[a-z0-9][a-z0-9-]{0,59}$/;

/** One thing wrong with a definition: where, and what, with the mend in it. */
export interface Problem {
  where: string;
  what: string;
}

/**
 * Everything wrong with a journey document, in the order of the document; empty when it may be published. Pure.
 * @param templates keys of the message templates there are
 * @param audiences keys of the audiences there are; absent: they are not checked
 */
export function problemsOf(
  given: unknown,
  templates: ReadonlySet<string>,
  audiences: ReadonlySet<string> | null = null,
): Problem[] {
  const found: Problem[] = [];
  const say = (where: string, what: string) => found.push({ where, what });
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return [{ where: 'journey', what: 'A journey is a JSON object' }];
  const definition = given as JourneyDefinition;
  if (typeof definition.key !== 'string' || !keyForm.test(definition.key))
    say('key', `"${String(definition.key)}" is no key: lower-case letters, digits and hyphens`);
  if (typeof definition.name !== 'string' || definition.name.trim() === '') say('name', 'The name is missing');
  checkEntry(definition, say);
  checkRules(definition, say);
  if (audiences !== null) checkAudiences(definition, audiences, say);
  if (typeof definition.activities !== 'object' || definition.activities === null)
    say('activities', 'The activities are missing');
  else checkActivities(definition, templates, say);
  return found;
}

type Say = (where: string, what: string) => void;

function checkEntry(definition: JourneyDefinition, say: Say): void {
  const { entry } = definition;
  const sees = journeySchema(definition);
  if (entry?.kind === 'event') {
    if (typeof entry.event !== 'string' || entry.event === '')
      say('entry.event', 'Name the event that lets people in, such as cart.changed');
    if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
    if (entry.key !== undefined) expression('entry.key', entry.key, { say, sees });
  } else if (entry?.kind === 'audience') {
    if (typeof entry.audience !== 'string' || !isAudienceKey(entry.audience))
      expression('entry.audience', entry.audience, { say, sees });
    if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(entry.at)) say('entry.at', `"${entry.at}" is no time of day; write 10:00`);
    if (entry.zone !== undefined && !isZone(entry.zone))
      say('entry.zone', `"${entry.zone}" is no IANA time zone; write Europe/Berlin`);
  } else say('entry.kind', 'An entry is of kind event or audience');
}

function checkRules(definition: JourneyDefinition, say: Say): void {
  for (const [i, rule] of (definition.exits ?? []).entries()) {
    const sees = journeySchema(definition, rule.event);
    if (typeof rule.event !== 'string') say(`exits[${i}].event`, 'Name the event that ends the run');
    if (typeof rule.reason !== 'string') say(`exits[${i}].reason`, 'Say in plain words why the run ends');
    if (rule.key !== undefined) expression(`exits[${i}].key`, rule.key, { say, sees });
    if (rule.when !== undefined) expression(`exits[${i}].when`, rule.when, { say, sees });
  }
  const { holdout, lateness, reentry } = definition;
  if (holdout !== undefined && !(typeof holdout === 'number' && holdout >= 0 && holdout <= 1))
    say('holdout', `${String(holdout)} is no share; write 0.1 for one in ten`);
  if (lateness !== undefined) duration('lateness', lateness, say);
  if (reentry?.after !== undefined) duration('reentry.after', reentry.after, say);
}

/** Audiences that are read or asked for and do not exist: such a condition would quietly be false for everybody. */
function checkAudiences(definition: JourneyDefinition, audiences: ReadonlySet<string>, say: Say): void {
  const missing = (where: string, key: string) => {
    if (audiences.has(key)) return;
    const near = nearest(key, audiences);
    say(where, `There is no audience "${key}"${near ? `; did you mean "${near}"?` : ''}`);
  };
  const { entry } = definition;
  if (entry?.kind === 'audience' && typeof entry.audience === 'string' && isAudienceKey(entry.audience))
    missing('entry.audience', entry.audience);
  const walk = (where: string, value: unknown, depth: number): void => {
    if (typeof value === 'string')
      for (const [, key] of value.matchAll(/\binAudience\(\s*["']([^"']*)["']/g)) missing(where, key!);
    else if (typeof value === 'object' && value !== null && depth < 40)
      for (const [key, one] of Object.entries(value)) walk(where === '' ? key : `${where}.${key}`, one, depth + 1);
  };
  walk('', definition, 0);
}

function checkActivities(definition: JourneyDefinition, templates: ReadonlySet<string>, say: Say): void {
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
  goes('start', definition.start);
  for (const [name, activity] of Object.entries(definition.activities))
    checkActivity(`activities.${name}`, activity, { goes, say, templates, sees });
}

function checkActivity(
  where: string,
  activity: Activity,
  hands: { goes: (where: string, to: unknown) => void; say: Say; templates: ReadonlySet<string>; sees: Schema },
): void {
  const { goes, say, templates, sees } = hands;
  switch (activity?.kind) {
    case 'wait':
      duration(`${where}.for`, activity.for, say);
      return goes(`${where}.next`, activity.next);
    case 'condition':
      for (const [i, path] of (activity.paths ?? []).entries()) {
        expression(`${where}.paths[${i}].when`, path.when, { say, sees });
        goes(`${where}.paths[${i}].next`, path.next);
      }
      return goes(`${where}.otherwise`, activity.otherwise);
    case 'action':
      if (typeof activity.name !== 'string' || !/^[A-Za-z][A-Za-z0-9_]{0,29}$/.test(activity.name))
        say(`${where}.name`, 'An action has a name of letters, digits and underscores');
      if (!['GET', 'POST', 'PUT'].includes(activity.method))
        say(`${where}.method`, `Method ${String(activity.method)} is not GET, POST or PUT`);
      if (typeof activity.url === 'string' && /^\/[^?]*\{/.test(activity.url))
        say(
          `${where}.url`,
          'A path of this server is written out; only what follows the question mark may be filled in',
        );
      if (typeof activity.url !== 'string' || !/^(\/(?!\/)|https:\/\/)/.test(activity.url))
        say(`${where}.url`, `"${String(activity.url)}" is neither a path of this server nor an https address`);
      checkFilled(where, activity, { say, sees });
      if (activity.timeout !== undefined) duration(`${where}.timeout`, activity.timeout, say);
      if (activity.onError !== undefined) goes(`${where}.onError`, activity.onError);
      return goes(`${where}.next`, activity.next);
    case 'message':
      if (!templates.has(activity.message))
        say(
          `${where}.message`,
          `There is no message "${String(activity.message)}"; there are ${[...templates].sort().join(', ') || 'none'}`,
        );
      if (activity.onExcluded !== undefined) goes(`${where}.onExcluded`, activity.onExcluded);
      return goes(`${where}.next`, activity.next);
    case 'end':
      if (typeof activity.label !== 'string') say(`${where}.label`, 'An end has a label');
      return;
    default: {
      const kind = String((activity as { kind?: unknown } | null)?.kind);
      const near = nearest(kind, kinds);
      say(
        `${where}.kind`,
        `"${kind}" is no kind of activity; known kinds are ${kinds.join(', ')}${near ? `; did you mean "${near}"?` : ''}`,
      );
    }
  }
}

/** What is filled in and read out of a call: address, headers, body, answer. */
function checkFilled(where: string, action: CustomAction, hands: { say: Say; sees: Schema }): void {
  const response = mapOf({ response: answerSchema(action) });
  if (action.answer !== undefined) expression(`${where}.answer`, action.answer, { say: hands.say, sees: response });
  template(`${where}.url`, action.url, hands);
  for (const [name, value] of Object.entries(action.headers ?? {})) template(`${where}.headers.${name}`, value, hands);
  checkBody(`${where}.body`, action.body, hands);
}

function checkBody(where: string, value: unknown, hands: { say: Say; sees: Schema; depth?: number }): void {
  const depth = hands.depth ?? 0;
  if (depth > 32) return hands.say(where, 'The body is nested too deep');
  if (typeof value === 'string') {
    if (value.startsWith('=')) expression(where, value.slice(1), hands);
    else template(where, value, hands);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      checkBody(Array.isArray(value) ? `${where}[${key}]` : `${where}.${key}`, one, { ...hands, depth: depth + 1 });
    }
  }
}

function template(where: string, source: unknown, { say, sees }: { say: Say; sees: Schema }): void {
  if (typeof source !== 'string' || !source.includes('{')) return;
  tell(where, checkTemplate(source, { mode: 'text', schema: sees }), say);
}

function expression(where: string, source: unknown, { say, sees }: { say: Say; sees: Schema }): void {
  if (typeof source !== 'string') return say(where, 'An expression is a text');
  tell(where, checkExpression(source, sees), say);
}

/** Warnings may stay; errors may not. */
function tell(where: string, problems: LanguageProblem[], say: Say): void {
  for (const { severity, message, line, column } of problems) {
    if (severity === 'error') say(where, `${message} (line ${line}, column ${column})`);
  }
}

function duration(where: string, text: unknown, say: Say): void {
  try {
    durationMs(String(text));
  } catch {
    say(where, `"${String(text)}" is no duration; write PT4H, P1D or PT30M`);
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone }).format(0);
    return true;
  } catch {
    return false;
  }
}

/** Throws JOURNEY_INVALID with every problem in it; otherwise gives the definition. */
export function validated(
  given: unknown,
  templates: ReadonlySet<string>,
  audiences: ReadonlySet<string> | null = null,
): JourneyDefinition {
  const problems = problemsOf(given, templates, audiences);
  if (problems.length === 0) return given as JourneyDefinition;
  const text = problems.map(({ where, what }) => `${where}: ${what}`).join('; ');
  throw new BeckonError(errors.JOURNEY_INVALID, `The journey cannot run as it stands: ${text}`, {
    where: problems[0]!.where,
  });
}
