import { BeckonError, nearest } from '../base/index.ts';
import { isAudienceKey } from '../profile/index.ts';
import { JourneyDefinition as JourneyForm } from './definition.ts';
import type { AudienceEntry, BusinessEntry, JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import { journeySchema } from './schema.ts';
import { checkActivities } from './validate-activity.ts';
import { checkForm } from './validate-form.ts';
import { duration, durationWithin, expression, numbers, timeOfDay, type Say } from './validate-part.ts';
import { momentOf } from './span.ts';
import { instantOfWall, isZone } from './wall.ts';

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
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return [{ where: 'journey', what: 'A journey is a JSON object' }];
  const found: Problem[] = [];
  const say = (where: string, what: string) => void found.push({ where, what });
  checkForm('', given, { schema: JourneyForm, say });
  // What is not of its form is not looked at any further; everything else is.
  const formless = found.map(({ where }) => where);
  const isSound = (part: string) => !formless.some((where) => where === part || where.startsWith(`${part}.`));
  const definition = given as JourneyDefinition;
  const judge: Say = (where, what) => (formless.includes(where) ? undefined : say(where, what));
  if (isSound('key') && !keyForm.test(definition.key))
    judge('key', `"${definition.key}" is no key: lower-case letters, digits and hyphens`);
  if (isSound('name') && definition.name.trim() === '') judge('name', 'The name is missing');
  if (isSound('entry')) checkEntry(definition, judge);
  checkRules(definition, isSound, judge);
  if (audiences !== null) checkAudiences(definition, audiences, judge);
  if (!formless.includes('activities')) checkActivities(definition, { templates, isSound }, judge);
  return inOrder(found, definition);
}

/** As a reader comes to them: by the parts of a journey, then by its activities. */
function inOrder(found: Problem[], { activities }: JourneyDefinition): Problem[] {
  const parts = Object.keys(JourneyForm.properties);
  const names = Object.keys(activities ?? {});
  const placeOf = ({ where }: Problem): number => {
    const [part, name] = where.split(/[.[]/, 2);
    const place = parts.indexOf(part!) * 1e6;
    return part === 'activities' ? place + names.indexOf(name!) : place;
  };
  return found
    .map((problem) => ({ problem, place: placeOf(problem) }))
    .sort((a, b) => a.place - b.place)
    .map(({ problem }) => problem);
}

function checkEntry(definition: JourneyDefinition, say: Say): void {
  const { entry } = definition;
  const sees = journeySchema(definition);
  if (entry.kind === 'event') {
    if (entry.event === '') say('entry.event', 'Name the event that lets people in, such as cart.changed');
    if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
    if (entry.each !== undefined) expression('entry.each', entry.each, { say, sees });
    if (entry.key !== undefined) expression('entry.key', entry.key, { say, sees });
  } else if (entry.kind === 'audience') checkReading(definition, entry, say);
  else checkBusiness(definition, entry, say);
}

function checkReading(definition: JourneyDefinition, entry: AudienceEntry, say: Say): void {
  const sees = journeySchema(definition);
  const isKey = isAudienceKey(entry.audience);
  if (!isKey) expression('entry.audience', entry.audience, { say, sees });
  if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
  timeOfDay('entry.at', entry.at, say);
  if (entry.zone !== undefined && !isZone(entry.zone))
    say('entry.zone', `"${entry.zone}" is no IANA time zone; write Europe/Berlin`);
  const { every = 'day', on, date, until, incremental, waves, rate } = entry;
  if (on !== undefined) numbers('entry.on', on, { from: 1, to: every === 'week' ? 7 : 31, say });
  if (on !== undefined && every !== 'week' && every !== 'month') say('entry.on', 'Days go with every week or month');
  for (const [where, day] of Object.entries({ date, until }))
    if (day !== undefined && instantOfWall({ wall: String(day), zone: 'UTC' }) === null)
      say(`entry.${where}`, `"${String(day)}" is no day; write 2026-12-01`);
  if (date !== undefined && every !== 'once') say('entry.date', 'A date goes with "every": "once"');
  if (incremental === true && !isKey)
    say('entry.incremental', 'Only of an audience is it known who has come to it since');
  if (waves !== undefined) checkWaves(waves, say);
  if (rate !== undefined) checkRate(rate, say);
}

function checkWaves(waves: NonNullable<AudienceEntry['waves']>, say: Say): void {
  const whole = waves.reduce((sum, { share }) => sum + (share > 0 ? share : 0), 0);
  if (!(waves.length >= 2) || Math.abs(whole - 1) > 1e-6)
    say('entry.waves', `The shares of at least two waves come to 1; these come to ${Number(whole.toFixed(4))}`);
  for (const [i, { after }] of waves.entries()) duration(`entry.waves[${i}].after`, after, say);
}

function checkRate(rate: unknown, say: Say): void {
  if (!(typeof rate === 'number' && rate >= 1))
    say('entry.rate', `${String(rate)} is no rate; write how many runs begin in a second`);
}

function checkBusiness(definition: JourneyDefinition, entry: BusinessEntry, say: Say): void {
  const sees = journeySchema(definition, entry.event);
  if (entry.event === '') say('entry.event', 'Name the event, such as item.changed');
  if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
  if (entry.each !== undefined) expression('entry.each', entry.each, { say, sees });
  if (!isAudienceKey(entry.audience)) expression('entry.audience', entry.audience, { say, sees });
  if (entry.key !== undefined) expression('entry.key', entry.key, { say, sees });
  if (entry.rate !== undefined) checkRate(entry.rate, say);
}

function checkRules(definition: JourneyDefinition, isSound: (part: string) => boolean, say: Say): void {
  for (const [i, rule] of (isSound('exits') ? (definition.exits ?? []) : []).entries()) {
    if (!isSound(`exits[${i}]`)) continue;
    const sees = journeySchema(definition, rule.event);
    if (rule.key !== undefined) expression(`exits[${i}].key`, rule.key, { say, sees });
    if (rule.when !== undefined) expression(`exits[${i}].when`, rule.when, { say, sees });
  }
  const { holdout, lateness, reentry } = definition;
  if (holdout !== undefined && !(typeof holdout === 'number' && holdout >= 0 && holdout <= 1))
    say('holdout', `${String(holdout)} is no share; write 0.1 for one in ten`);
  if (lateness !== undefined) duration('lateness', lateness, say);
  if (reentry?.after !== undefined) duration('reentry.after', reentry.after, say);
  const { entries, perPerson, mails } = (isSound('caps') && definition.caps) || {};
  for (const [name, cap] of Object.entries({ entries, perPerson, mails })) {
    if (cap?.within !== undefined) duration(`caps.${name}.within`, cap.within, say);
    const least = name === 'entries' ? 0 : 1;
    if (cap && cap.max < least) say(`caps.${name}.max`, `${cap.max} is too few; write ${least} or more`);
  }
  const { to = [], errorShare } = (isSound('alerts') && definition.alerts) || {};
  for (const [i, mail] of to.entries())
    if (!/^[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+$/.test(mail)) say(`alerts.to[${i}]`, `"${mail}" is no mail address`);
  if (errorShare !== undefined && !(errorShare >= 0 && errorShare <= 1))
    say('alerts.errorShare', `${errorShare} is no share; write 0.2 for one in five`);
  const { priority, group } = definition;
  if (isSound('priority') && priority !== undefined && !(priority >= 0 && priority <= 100))
    say('priority', `${priority} is no priority; write a whole number from 0 to 100`);
  if (isSound('group') && group !== undefined && !keyForm.test(group))
    say('group', `"${group}" is no name of a group: lower-case letters, digits and hyphens`);
  checkSpan(definition, say);
  if (isSound('quietHours')) checkQuiet(definition, say);
  const { lookAhead } = definition;
  if (lookAhead !== undefined)
    durationWithin('lookAhead', lookAhead, { from: 86_400_000, to: 30 * 86_400_000, words: 'a day to 30 days', say });
  if (lookAhead !== undefined && group === undefined)
    say('lookAhead', 'It looks at journeys of its group: name the group, or leave it out');
  const { life, zone } = definition;
  if (life !== undefined) duration('life', life, say);
  if (zone !== undefined && zone !== 'profile' && !isZone(zone))
    say('zone', `"${String(zone)}" is no IANA time zone; write Europe/Berlin, or profile`);
}

function checkSpan({ begins, ends }: JourneyDefinition, say: Say): void {
  for (const [where, wall] of Object.entries({ begins, ends }))
    if (typeof wall === 'string' && momentOf(wall, 'UTC') === null)
      say(where, `"${wall}" is no day and no time of the wall; write 2026-12-01 or 2026-12-01T08:00`);
  const [first, last] = [momentOf(begins, 'UTC'), momentOf(ends, 'UTC')];
  if (first !== null && last !== null && last <= first) say('ends', 'It ends before it begins');
}

function checkQuiet({ quietHours }: JourneyDefinition, say: Say): void {
  if (!quietHours) return;
  const { also = [], ...first } = quietHours;
  for (const [where, { from, to, days, dates }] of [
    ['quietHours', first] as const,
    ...also.map((one, i) => [`quietHours.also[${i}]`, one] as const),
  ]) {
    timeOfDay(`${where}.from`, from, say);
    timeOfDay(`${where}.to`, to, say);
    if (days !== undefined) numbers(`${where}.days`, days, { from: 1, to: 7, say });
    for (const [i, date] of (dates ?? []).entries())
      if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || momentOf(date, 'UTC') === null)
        say(`${where}.dates[${i}]`, `"${date}" is no day; write 2026-12-24`);
  }
}

/** Audiences that are read or asked for and do not exist: such a condition would quietly be false for everybody. */
function checkAudiences(definition: JourneyDefinition, audiences: ReadonlySet<string>, say: Say): void {
  const missing = (where: string, key: string) => {
    if (audiences.has(key)) return;
    const near = nearest(key, audiences);
    say(where, `There is no audience "${key}"${near ? `; did you mean "${near}"?` : ''}`);
  };
  const { entry } = definition;
  if (entry?.kind !== 'event' && typeof entry?.audience === 'string' && isAudienceKey(entry.audience))
    missing('entry.audience', entry.audience);
  const walk = (where: string, value: unknown, depth: number): void => {
    if (typeof value === 'string')
      for (const [, key] of value.matchAll(/\binAudience\(\s*["']([^"']*)["']/g)) missing(where, key!);
    else if (typeof value === 'object' && value !== null && depth < 40)
      for (const [key, one] of Object.entries(value)) walk(where === '' ? key : `${where}.${key}`, one, depth + 1);
  };
  walk('', definition, 0);
}

/** Messages that a journey names; where only the server knows which there are, these are taken to be there. */
export function messagesOf(definition: JourneyDefinition): Set<string> {
  const activities = Object.values(definition?.activities ?? {});
  return new Set(
    activities.flatMap((one) =>
      one?.kind === 'message' ? [one.message, ...(one.variants ?? []).map(({ message }) => message)] : [],
    ),
  );
}

/** Throws JOURNEY_INVALID with every problem in it; otherwise gives the definition. */
export function validated(
  given: unknown,
  templates: ReadonlySet<string>,
  audiences: ReadonlySet<string> | null = null,
): JourneyDefinition {
  refuse(problemsOf(given, templates, audiences));
  return given as JourneyDefinition;
}

/** Throws JOURNEY_INVALID with every problem in it, if there is one. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const text = problems.map(({ where, what }) => `${where}: ${what}`).join('; ');
  throw new BeckonError(errors.JOURNEY_INVALID, `The journey cannot run as it stands: ${text}`, {
    where: problems[0]!.where,
  });
}
