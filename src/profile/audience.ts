import { BeckonError } from '../base/index.ts';
import { checkExpression, mapOf, planRule, type Rule } from '../language/index.ts';
import { errors } from './error.ts';
import { profileSchema } from './schema.ts';

/** An audience as a shop defines it: by a rule in the one language, or (without one) by hand, from a list. */
export interface AudienceDefinition {
  /** Lower-case letters, digits and hyphens; `inAudience("key")` asks for it. */
  key: string;
  name: string;
  /** Over `profile` and the history; null for a list. */
  rule: string | null;
}

/** A definition as stored. Times are UTC ms. */
export interface AudienceRow extends AudienceDefinition {
  id: number;
  /** Rises with each change of the rule. */
  revision: number;
  createdAt: number;
  updatedAt: number;
  /** When the membership of this rule was first whole; null while it is being worked out. */
  builtAt: number | null;
  /** What is being worked out over everybody; null when nothing is. */
  build: BuildState | null;
}

/** How far a build is: who belongs (`members`), then when time will change it (`moments`). */
export interface BuildState {
  step: 'members' | 'moments';
  /** Profiles looked at, of how many. */
  done: number;
  of: number;
}

/** A definition made ready. */
export interface Audience {
  row: AudienceRow;
  /** Null for a list, and for a rule that this version no longer understands. */
  rule: Rule | null;
}

const keyForm = /^[a-z0-9][a-z0-9-]{0,59}$/;
const longestRule = 20_000;

/** Does this text have the form of an audience's key? An expression over a profile never has. */
export function isAudienceKey(text: string): boolean {
  return keyForm.test(text);
}

/**
 * Reads the rule of an audience.
 *
 * @throws AUDIENCE_INVALID for what an audience may not ask, or the language's own errors; `where` is line and column
 */
export function ruleOf(text: string): Rule {
  if (text.length > longestRule)
    throw new BeckonError(errors.AUDIENCE_INVALID, `The rule is longer than ${longestRule} characters`, {
      where: 'rule',
    });
  const rule = planRule(text);
  const nested = rule.paths.some((path) => path === 'profile.audiences' || path.startsWith('profile.audiences.'));
  if (nested || /\binAudience\b|\binSegment\b/.test(text)) {
    throw new BeckonError(errors.AUDIENCE_INVALID, 'The rule of an audience cannot ask for another audience', {
      where: 'rule',
      mend: "Write the other audience's conditions out in this rule",
    });
  }
  const problems = checkExpression(text, mapOf({ profile: profileSchema }));
  const wrong = problems.filter(({ severity }) => severity === 'error');
  if (wrong.length === 0) return rule;
  const said = wrong.map(({ message, line, column }) => `line ${line}, column ${column}: ${message}`).join('; ');
  throw new BeckonError(errors.AUDIENCE_INVALID, `The rule cannot be asked: ${said}`, {
    where: `line ${wrong[0]!.line}, column ${wrong[0]!.column}`,
  });
}

/** Checks a definition. Throws AUDIENCE_INVALID naming the field, or what `ruleOf` throws. */
export function checkAudience({ key, name, rule }: AudienceDefinition): void {
  if (!isAudienceKey(key))
    throw new BeckonError(
      errors.AUDIENCE_INVALID,
      `"${key}" cannot be the key of an audience: lower-case letters, digits and hyphens`,
      { where: 'key' },
    );
  if (name.trim() === '')
    throw new BeckonError(errors.AUDIENCE_INVALID, `The audience "${key}" has no name`, { where: 'name' });
  if (rule !== null) ruleOf(rule);
}

/** The audiences that ship with Beckon; each is put in where there is none of its key. */
export const audienceRecipes: readonly AudienceDefinition[] = [
  {
    key: 'wanderers',
    name: 'Came by in the last week and has not ordered',
    rule: 'profile.reachable and daysSince(profile.lastSeenAt) <= 7 and isEmpty(profile.orders)',
  },
];
