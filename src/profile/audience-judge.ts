import { historyOf, type HistoryEvent, type Rule, type RuleState } from '../language/index.ts';
import type { Profile, ProfileView } from './profile.ts';
import { traitsChangeAt } from './trait.ts';
import { viewOf } from './view.ts';

/** What a rule remembers of somebody, and whether he is a member so far. */
export interface Known {
  /** Absent: what he did before is not known here, so it must be read from the log. */
  state?: RuleState;
  /** It is what the rule remembers of somebody who did nothing. */
  blank: boolean;
  member: boolean;
}

/** What became of it. */
export interface Judged {
  member: boolean;
  state: RuleState;
  blank: boolean;
  /** The memory is not what it was. */
  learned: boolean;
  /** The next moment at which time alone may change it, UTC ms. */
  due: number | null;
}

/** How soon a rule is asked again that no memory can tell the moment of, milliseconds. */
const unsureMs = 3_600_000;

/**
 * Does a profile belong to an audience? Pure. Null when that cannot be told without the whole history: then it is read,
 * and `judgeAnew` asked.
 *
 * @param person `view`: the profile as it looks at `now`
 * @param events what the profile did since `known`, in any order
 */
export function judge(
  rule: Rule,
  { profile, view, known, now }: { profile: Profile; view: ProfileView; known: Known; now: number },
  events: readonly HistoryEvent[],
): Judged | null {
  if (!known.state) return null;
  const state = events.reduce((learned, event) => rule.learn(learned, event), known.state);
  const member = rule.holds(state, view, now);
  if (member === null) return null;
  const learned = state !== known.state;
  return { member, state, blank: known.blank && !learned, learned, due: dueOf(rule, { state, profile, view, now }) };
}

/** The same out of the whole history (at least of the rule's types, back to its horizon). Pure. */
export function judgeAnew(
  rule: Rule,
  { profile, member, now }: { profile: Profile; member: boolean; now: number },
  events: readonly HistoryEvent[],
): Judged {
  const start = rule.start();
  const state = events.reduce((learned, event) => rule.learn(learned, event), start);
  const memory = { state, blank: state === start, learned: true };
  const view = viewOf(profile, now);
  const held = rule.holds(state, view, now);
  if (held !== null) return { ...memory, member: held, due: dueOf(rule, { state, profile, view, now }) };
  // Somebody whose history is too long for the rule to be asked stays where he is.
  const asked = tried(() => rule.test(view, historyOf(events), now), member);
  return { ...memory, member: asked, due: rule.timed ? now + unsureMs : null };
}

function dueOf(
  rule: Rule,
  { state, profile, view, now }: { state: RuleState; profile: Profile; view: ProfileView; now: number },
): number | null {
  const at = rule.changesAt(state, view, now);
  const readsTraits = rule.paths.some((path) => path === 'profile' || path.startsWith('profile.traits'));
  const trait = readsTraits ? traitsChangeAt(profile.state.traits, now) : null;
  return at === null || trait === null ? (at ?? trait) : Math.min(at, trait);
}

function tried<T>(ask: () => T, otherwise: T): T {
  try {
    return ask();
  } catch {
    return otherwise;
  }
}
