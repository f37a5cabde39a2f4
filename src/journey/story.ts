import { BeckonError, durationMs } from '../base/index.ts';
import { errors } from './error.ts';
import { instantOfWall } from './wall.ts';

/**
 * A story: what some people do, and what a journey is expected to make of it. It lies as a file beside the journey, and is
 * told to the production engine on a clock that is moved.
 */
export interface Story {
  name: string;
  /** Keys of the journeys that run; absent: that of the file's name. */
  journeys?: string[];
  /** When it begins, "2026-11-24T10:00" on the shop's clock. */
  begins: string;
  /** How long it is watched, ISO duration. */
  lasts: string;
  /** What is sold, as `POST /v1/items` takes it. */
  items?: Record<string, unknown>[];
  /** Audiences that the journeys read or ask for. */
  audiences?: { key: string; name: string; rule: string }[];
  people: Record<string, StoryPerson>;
  happens: StoryAct[];
  /** By activity, answers of its calls in order; the last is given again. Absent: the real service is asked. */
  answers?: Record<string, StoryAnswer[]>;
  expect: Record<string, StoryEnd>;
}

export interface StoryPerson {
  /** Who signs in with it; without one the person stays a visitor. */
  email?: string;
  attributes?: Record<string, string | number | boolean>;
  /** Are they a real unit of the experiment? Otherwise they are treated always and never counted. */
  counted?: boolean;
}

/** What somebody does, or what the shop does (without `who`), some time after the beginning. */
export interface StoryAct {
  at: string;
  who?: string;
  does: StoryDeed;
  items?: string[];
  /** Of a category page, or the term of a search. */
  what?: string;
  /** For `changes`: items as `POST /v1/items` takes them. */
  to?: Record<string, unknown>[];
}

export type StoryDeed =
  | 'visits'
  | 'looks at'
  | 'browses'
  | 'searches'
  | 'puts in the cart'
  | 'takes out'
  | 'signs in'
  | 'agrees'
  | 'withdraws'
  | 'orders'
  | 'clicks'
  | 'changes';

/** What a service is made to answer: JSON, or any `text`, with headers such as `retry-after`; or that it does not. */
export type StoryAnswer =
  { status?: number; headers?: Record<string, string>; body?: unknown; text?: string } | 'no answer' | 'no connection';

/** How it ends for a person; what is left out is not asked. */
export interface StoryEnd {
  /** The mails, in order. */
  mails?: { journey: string; message?: string; shows?: string[]; subject?: string }[];
  /** By journey, the reason of the end of the last run, or the activity where it stands. */
  ends?: Record<string, string>;
  /** By journey, the activities it went through. */
  path?: Record<string, string[]>;
  /** A text that one of the refusals in the timeline contains. */
  refused?: string;
}

const deeds: ReadonlySet<string> = new Set<StoryDeed>([
  'visits',
  'looks at',
  'browses',
  'searches',
  'puts in the cart',
  'takes out',
  'signs in',
  'agrees',
  'withdraws',
  'orders',
  'clicks',
  'changes',
]);

/** A story as it may be told; to be looked at only, it need not expect anything. Throws STORY_INVALID with all that is wrong. */
export function storyOf(given: unknown, { mayExpectNothing = false } = {}): Story {
  const found: string[] = [];
  const story = given as Story;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) found.push('A story is a JSON object');
  else {
    if (typeof story.name !== 'string' || story.name === '') found.push('name: it is missing');
    if (instantOfWall({ wall: String(story.begins), zone: 'UTC' }) === null)
      found.push(`begins: "${String(story.begins)}" is no time; write 2026-11-24T10:00`);
    checkDuration('lasts', story.lasts, found);
    const people = Object.keys(story.people ?? {});
    if (people.length === 0) found.push('people: there is nobody in it');
    for (const [i, act] of (story.happens ?? []).entries()) checkAct(`happens[${i}]`, act, { people, found });
    for (const who of Object.keys(story.expect ?? {}))
      if (!people.includes(who)) found.push(`expect.${who}: there is no such person in the story`);
    if (Object.keys(story.expect ?? {}).length === 0 && !mayExpectNothing) found.push('expect: it expects nothing');
  }
  if (found.length === 0) return story;
  throw new BeckonError(errors.STORY_INVALID, `The story cannot be told: ${found.join('; ')}`, { where: 'story' });
}

function checkAct(where: string, act: StoryAct, { people, found }: { people: string[]; found: string[] }): void {
  checkDuration(`${where}.at`, act?.at, found);
  if (!deeds.has(act?.does)) found.push(`${where}.does: "${String(act?.does)}" is none of ${[...deeds].join(', ')}`);
  const isShop = act?.does === 'changes';
  if (!isShop && !people.includes(String(act?.who))) found.push(`${where}.who: there is no "${String(act?.who)}"`);
  if (isShop && !Array.isArray(act.to)) found.push(`${where}.to: name the items as they are from then on`);
  if (/looks|cart|takes|orders/.test(String(act?.does)) && !Array.isArray(act.items))
    found.push(`${where}.items: name the items`);
}

function checkDuration(where: string, text: unknown, found: string[]): void {
  try {
    durationMs(String(text));
  } catch {
    found.push(`${where}: "${String(text)}" is no duration; write PT4H, P1D or PT30M`);
  }
}

/** What became of a person. */
export interface StoryOutcome {
  mails: {
    journey: string;
    message: string;
    activity: string;
    at: string;
    subject: string;
    items: string[];
    text: string;
  }[];
  /** By journey, where each run went: activities in order, and how it stands. */
  runs: { journey: string; path: string[]; end: string | null; activity: string }[];
  refused: { journey: string; at: string; reason: string }[];
}

/** Where an outcome is not as the story expects; empty when all is. Pure. */
export function missesOf(who: string, expected: StoryEnd, outcome: StoryOutcome): string[] {
  const found: string[] = [];
  const { mails, ends = {}, path = {}, refused } = expected;
  if (mails) {
    const told = outcome.mails.map(({ journey, message }) => `${journey}/${message}`).join(', ') || 'none';
    const why = outcome.refused.map(({ journey, reason }) => `${journey}: ${reason}`).join('; ');
    if (mails.length !== outcome.mails.length)
      found.push(`${who} was to get ${mails.length} mails and got ${told}${why === '' ? '' : ` (${why})`}`);
    for (const [i, mail] of mails.entries())
      found.push(...mailMisses(`${who}'s mail ${i + 1}`, mail, outcome.mails[i]));
  }
  for (const [journey, end] of Object.entries(ends)) {
    const last = outcome.runs.filter((run) => run.journey === journey).at(-1);
    const stands = last === undefined ? 'was never in it' : (last.end ?? last.activity);
    if (stands !== end) found.push(`${who} was to end in ${journey} as "${end}", but: ${stands}`);
  }
  for (const [journey, wanted] of Object.entries(path)) {
    const went = outcome.runs.filter((run) => run.journey === journey).at(-1)?.path ?? [];
    if (went.join(' → ') !== wanted.join(' → '))
      found.push(`${who} was to go ${wanted.join(' → ')} in ${journey}, but went ${went.join(' → ') || 'nowhere'}`);
  }
  if (refused !== undefined && !outcome.refused.some(({ reason }) => reason.includes(refused)))
    found.push(
      `${who} was to be refused by "${refused}", but: ${outcome.refused.map(({ reason }) => reason).join('; ') || 'nothing was refused'}`,
    );
  return found;
}

function mailMisses(
  which: string,
  wanted: NonNullable<StoryEnd['mails']>[number],
  got: StoryOutcome['mails'][number] | undefined,
): string[] {
  if (!got) return [];
  const found: string[] = [];
  if (wanted.journey !== got.journey)
    found.push(`${which} was to come from ${wanted.journey}, but came from ${got.journey}`);
  if (wanted.message !== undefined && wanted.message !== got.message)
    found.push(`${which} was to be "${wanted.message}", but is "${got.message}"`);
  if (wanted.subject !== undefined && !got.subject.includes(wanted.subject))
    found.push(`${which} was to say "${wanted.subject}" in its subject, but says "${got.subject}"`);
  const missing = (wanted.shows ?? []).filter((item) => !got.items.includes(item));
  if (missing.length > 0)
    found.push(`${which} was to show ${missing.join(', ')}, but shows ${got.items.join(', ') || 'nothing'}`);
  return found;
}
