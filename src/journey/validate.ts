import { BeckonError, nearest } from '../base/index.ts';
import { isAudienceKey } from '../profile/index.ts';
import type { JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import { journeySchema } from './schema.ts';
import { checkActivities } from './validate-activity.ts';
import { duration, expression, timeOfDay, type Say } from './validate-part.ts';
import { isZone } from './wall.ts';

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

function checkEntry(definition: JourneyDefinition, say: Say): void {
  const { entry } = definition;
  const sees = journeySchema(definition);
  if (entry?.kind === 'event') {
    if (typeof entry.event !== 'string' || entry.event === '')
      say('entry.event', 'Name the event that lets people in, such as cart.changed');
    if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
    if (entry.each !== undefined) expression('entry.each', entry.each, { say, sees });
    if (entry.key !== undefined) expression('entry.key', entry.key, { say, sees });
    if (entry.onRepeat !== undefined && !['ignore', 'restart', 'update'].includes(entry.onRepeat))
      say('entry.onRepeat', `"${String(entry.onRepeat)}" is none of ignore, restart and update`);
  } else if (entry?.kind === 'audience') {
    if (typeof entry.audience !== 'string' || !isAudienceKey(entry.audience))
      expression('entry.audience', entry.audience, { say, sees });
    if (entry.when !== undefined) expression('entry.when', entry.when, { say, sees });
    timeOfDay('entry.at', entry.at, say);
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
  const { life, zone } = definition;
  if (life !== undefined) duration('life', life, say);
  if (zone !== undefined && zone !== 'profile' && !isZone(zone))
    say('zone', `"${String(zone)}" is no IANA time zone; write Europe/Berlin, or profile`);
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
