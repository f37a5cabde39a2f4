import { Slices } from '../base/index.ts';
import { historyEvent, type ShopEvent } from '../event/index.ts';
import type { HistoryEvent } from '../language/index.ts';
import type { Runner, Tx } from '../store/index.ts';
import type { Audience, AudienceRow } from './audience.ts';
import { judge, judgeAnew, type Judged, type Known } from './audience-judge.ts';
import { eventsOfPeople } from './history.ts';
import type { Fact, Profile, ProfileView } from './profile.ts';
import { viewOf } from './view.ts';
import { audiencesOf, saveStandings, standingsOf, type Standing, type StandingChange } from './table-audience.ts';

/** What is to be looked at. The profiles are locked by the caller's transaction, and as they stand now. */
export interface Looked {
  profiles: readonly Profile[];
  /** Where they stand, if that has been read. */
  standings?: readonly Standing[];
  /** What they did just now, by profile. */
  events: ReadonlyMap<string, readonly ShopEvent[]>;
  /** Who began to exist just now: nothing came before. */
  created: ReadonlySet<string>;
  /** Whose history is not what it was: others have become part of them. Every rule is asked about them. */
  joined?: ReadonlySet<string>;
  now: number;
  /** Journeys and timelines hear nothing of it: who belongs was worked out anew, nobody did anything. */
  quiet?: boolean;
}

interface Question {
  audience: Audience;
  profile: Profile;
  standing: Standing | undefined;
  events: readonly HistoryEvent[];
  judged: Judged | null;
}

/**
 * Brings the memberships of some people up to date, in the transaction that changed them. Notes on each profile which
 * audiences it is in. @returns entries and exits as facts
 */
export async function followAudiences(tx: Tx, audiences: readonly Audience[], looked: Looked): Promise<Fact[]> {
  const ids = looked.profiles.map(({ id }) => id);
  if (audiences.length === 0 || ids.length === 0) return [];
  const known = looked.standings ?? (await standingsOf(tx, ids));
  const standings = new Map(known.map((one) => [`${one.profileId} ${one.audience}`, one]));
  const reading = readingOf(audiences);
  const questions: Question[] = [];
  const slices = new Slices();
  for (const profile of looked.profiles) {
    if (slices.isOver) await slices.next();
    addQuestions(questions, audiences, { profile, standings, looked, reading });
  }
  await judgeAll(tx, questions, looked.now);
  const changes = questions.flatMap((question) => changeOf(question, looked.quiet ?? false));
  await saveStandings(tx, changes, looked.now);
  noteAudiences(looked.profiles, { audiences, standings, changes });
  return changes.flatMap((change) => {
    const { row } = audiences.find(({ row: { id } }) => id === change.audience)!;
    const did = looked.events.get(change.profileId) ?? [];
    return factOf(change, row, { now: looked.now, bot: did.length > 0 && did.every(({ bot }) => bot === true) });
  });
}

/** What rules ask for: of the history and, unless one asks for all, of the profile. */
interface Reading {
  types: ReadonlySet<string>;
  fields: ReadonlySet<string> | undefined;
}

function readingOf(audiences: readonly Audience[]): Reading {
  const paths = audiences.flatMap(({ rule }) => rule?.paths ?? []);
  return {
    types: new Set(audiences.flatMap(({ rule }) => rule?.types ?? [])),
    fields: paths.includes('profile') ? undefined : new Set(paths.map((path) => path.split('.')[1]!)),
  };
}

/** Every profile that has changed comes by here, and mostly no rule says anything new of it: so little is made on the way. */
function addQuestions(
  questions: Question[],
  audiences: readonly Audience[],
  about: { profile: Profile; standings: ReadonlyMap<string, Standing>; looked: Looked; reading: Reading },
): void {
  const { profile, standings, looked, reading } = about;
  const events = eventsFor(reading, looked.events.get(profile.id));
  const isAsked = looked.quiet === true || looked.joined?.has(profile.id) === true;
  // The same for every rule, and for most events none asks.
  let view: ProfileView | undefined;
  for (const audience of audiences) {
    const { rule, row } = audience;
    if (!rule) continue;
    const standing = standings.size === 0 ? undefined : standings.get(`${profile.id} ${row.id}`);
    const told = events.filter(({ types }) => types.some((type) => rule.types.includes(type)));
    // A rule over the history alone is not touched by anything else; what time does to it has its own moment.
    const isDue = standing?.due != null && standing.due <= looked.now;
    if (rule.paths.length === 0 && told.length === 0 && !isDue && !isAsked) continue;
    const known = knownOf(audience, standing, looked.created.has(profile.id));
    view ??= viewOf(profile, looked.now, reading.fields);
    const judged = judge(rule, { profile, view, known, now: looked.now }, told);
    questions.push({ audience, profile, standing, events: told, judged });
  }
}

function eventsFor({ types }: Reading, did: readonly ShopEvent[] = []): readonly HistoryEvent[] {
  if (types.size === 0) return [];
  return did.flatMap((event) => (event.types.some((type) => types.has(type)) ? (historyEvent(event) ?? []) : []));
}

/** A rule that asks no history remembers nothing, so nothing is missing either. */
function knownOf({ rule }: Audience, standing: Standing | undefined, isNew: boolean): Known {
  const member = standing?.since != null;
  const blank = { state: rule!.start(), blank: true, member };
  if (rule!.types.length === 0) return blank;
  if (!standing?.watched) return isNew ? blank : { blank: false, member };
  return standing.state ? { state: standing.state, blank: false, member } : blank;
}

/** Those that need the log get it, all in one query. */
async function judgeAll(tx: Tx, questions: readonly Question[], now: number): Promise<void> {
  const open = questions.filter(({ judged }) => judged === null);
  if (open.length === 0) return;
  const types = [...new Set(open.flatMap(({ audience }) => audience.rule!.types))];
  const horizon = Math.max(...open.map(({ audience }) => audience.rule!.horizon));
  const people = [...new Set(open.map(({ profile }) => profile.id))];
  const found = await eventsOfPeople(tx, people, { types, since: now - horizon });
  for (const question of open) {
    const { profile, standing, audience } = question;
    const events = [...(found.get(profile.id) ?? []), ...question.events];
    question.judged = judgeAnew(audience.rule!, { profile, member: standing?.since != null, now }, events);
  }
}

function changeOf({ audience, profile, standing, judged }: Question, quiet: boolean): StandingChange[] {
  const { member, state, blank, learned, due } = judged!;
  const was = standing?.since != null;
  const isKnown = standing?.watched ?? false;
  // Nothing to remember and no moment to wait for: without questions to the history there is nothing to come back to.
  const worth = isKnown || due !== null || audience.rule!.types.length > 0;
  const same = isKnown && due === standing!.due && !learned;
  const turn = member === was ? null : member ? 'in' : 'out';
  if (turn === null && (same || !worth)) return [];
  const { id: profileId, shard } = profile;
  // The first working out of a rule tells nobody: its first members were there before.
  const told = !quiet && turn !== null && audience.row.builtAt !== null;
  const watch = same || !worth ? {} : { watch: { state: blank ? null : state, due } };
  return [{ profileId, shard, audience: audience.row.id, turn, told, ...watch }];
}

function noteAudiences(
  profiles: readonly Profile[],
  {
    audiences,
    standings,
    changes,
  }: { audiences: readonly Audience[]; standings: ReadonlyMap<string, Standing>; changes: readonly StandingChange[] },
): void {
  if (standings.size === 0 && changes.length === 0) {
    for (const profile of profiles) profile.audiences = [];
    return;
  }
  const turns = new Map(changes.map((change) => [`${change.profileId} ${change.audience}`, change.turn]));
  for (const profile of profiles) {
    const keys = audiences.filter(({ row: { id } }) => {
      const turn = turns.get(`${profile.id} ${id}`) ?? null;
      return turn === null ? standings.get(`${profile.id} ${id}`)?.since != null : turn === 'in';
    });
    profile.audiences = keys.map(({ row }) => row.key).sort();
  }
}

/** `audience.entered` or `audience.left`, for journeys; nothing when it is not to be told. */
export function factOf(
  { turn, told, profileId }: StandingChange,
  { id, key, name: title }: AudienceRow,
  { now, bot }: { now: number; bot: boolean },
): Fact[] {
  if (turn === null || !told) return [];
  const name = turn === 'in' ? 'audience.entered' : 'audience.left';
  return [
    { name, profileId, at: now, id: `${name}:${id}:${profileId}:${now}`, data: { audience: key, name: title }, bot },
  ];
}

/** The profiles, each with the audiences it is in. */
export async function withAudiences(runner: Runner, profiles: readonly Profile[]): Promise<void> {
  if (profiles.length === 0) return;
  const ids = profiles.map(({ id }) => id);
  const found = await audiencesOf(runner, ids);
  for (const profile of profiles) profile.audiences = found.get(profile.id) ?? [];
}
