import { BeckonError, durationMs, isUuid } from '../base/index.ts';
import type { JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import { storyOf, type Story, type StoryAnswer, type StoryDeed } from './story.ts';

/** What is to be simulated: which journeys, over whom, and how their calls are answered. */
export interface SimulationRequest {
  /** Keys of journeys of this installation, as drafts unless said otherwise. */
  journeys?: { key: string; version?: 'draft' | 'live' }[];
  /** Documents that are sent along; one with the key of a named journey takes its place. */
  documents?: JourneyDefinition[];
  over: SimulationOver;
  /** By activity, answers of its calls in order; the last is given again. */
  answers?: Record<string, StoryAnswer[]>;
  /** What answers other calls: our own service, or this. Calls to the world outside are always answered by a stub. */
  actions?: 'engine' | StoryAnswer;
  /** Of everything that is left to chance; default 1. */
  seed?: number;
  /** Steps of the clock, ISO duration; `exact`: from due time to due time. Absent: exact as long as that is quick. */
  step?: string;
}

export type SimulationOver = OverHistory | OverInvented | OverStory;

/** What was recorded here: days of the shop's clock, the last one included. */
export interface OverHistory {
  kind: 'history';
  from: string;
  to: string;
  /** Profile ids; absent: everybody. */
  people?: string[];
  /** Days before `from` from which people and the crowd are learned; default 30. */
  learnDays?: number;
}

export interface OverInvented {
  kind: 'invented';
  people: number;
  days: number;
  /** A day of the shop's clock; absent: today. */
  begins?: string;
  /** Do they answer their mails, by clicks and orders? Default true. */
  react?: boolean;
}

export interface OverStory {
  kind: 'story';
  story: Story;
}

/** More than this is for the command line's patience: it is refused. */
export const simulationLimits = { people: 100_000, days: 400, journeys: 20, chosen: 10_000 };

/** A person as they went through. Times are UTC ms. */
export interface SimulatedPerson {
  no: number;
  profileId: string;
  label: string;
  runs: SimulatedRun[];
  /** Where they were not let in, or got no mail, and why. */
  whyNot: { journey: string; activity: string; at: number; reason: string }[];
  /** Where a mail to them waited, why, and until when. */
  held?: { journey: string; activity: string; at: number; reason: string; until: number }[];
  /** Numbers of their mails. */
  mails: number[];
  /** Where mail to them goes, if anywhere. */
  email?: string;
  /** What they did, the last of it, so that their story can be told again. */
  acts?: SimulatedAct[];
}

/** What somebody did, in the words of stories. */
export interface SimulatedAct {
  at: number;
  does: StoryDeed;
  items?: string[];
  what?: string;
}

export interface SimulatedRun {
  journey: string;
  enteredAt: number;
  /** Each activity it came to. */
  path: { activity: string; at: number }[];
  /** The reason of its end, and when; null while it waits. */
  end: { reason: string; at: number } | null;
  /** The activity where it stands, or ended. */
  activity: string;
}

/** A mail that left, with what it said. */
export interface SimulatedMail {
  no: number;
  person: number;
  journey: string;
  activity: string;
  message: string;
  at: number;
  subject: string;
  items: { item: string; position: number; recommendation: string }[];
  html: string;
  text: string;
  /** What it says, packed already, so that nobody packs it twice. */
  packed?: Buffer;
}

/** Numbers of one journey that add up: came = entered + refused; entered = inside + ended; messages = the sum of the rest. */
export interface SimulationTotals {
  journey: string;
  name: string;
  /** Times that something would have let somebody in. */
  came: number;
  entered: number;
  refused: Record<string, number>;
  /** Runs that wait at an activity when the time is over. */
  inside: Record<string, number>;
  ended: Record<string, number>;
  /** How often each activity was come to. */
  passed: Record<string, number>;
  /** Messages that were planned, and what became of them. */
  messages: number;
  sent: number;
  heldOut: number;
  /** Waiting at a gate, by reason. */
  waiting: Record<string, number>;
  notSent: Record<string, number>;
}

/** Where everybody stood at one moment, by journey and activity. */
export interface SimulationFrame {
  at: number;
  here: Record<string, Record<string, number>>;
  /** Mails sent until then, and those of each journey. */
  sent: number;
  sentBy: Record<string, number>;
}

export interface SimulationSummary {
  from: number;
  to: number;
  seed: number;
  /** Steps of the clock, ms; 0 is exact. */
  stepMs: number;
  people: number;
  /** People whom no journey let in or refused. */
  untouched: number;
  events: number;
  mails: number;
  totals: SimulationTotals[];
  frames: SimulationFrame[];
  /** Calls to the world outside for which no answer was given, by activity. */
  unanswered: Record<string, number>;
  /** Where a story did not end as it expects. */
  misses: string[];
}

/** All that came of it. */
export interface SimulationResult {
  summary: SimulationSummary;
  people: SimulatedPerson[];
  mails: SimulatedMail[];
}

/** Simulations kept, and of each people and mails; what is beyond is in the totals only. */
export const simulationsKept = { simulations: 20, people: 20_000, mails: 5_000 };

/** What of a result is kept: those whom a journey touched come first. Pure. */
export function keptOf({ summary, people, mails }: SimulationResult): SimulationResult {
  const isTouched = ({ runs, whyNot }: SimulatedPerson) => runs.length + whyNot.length > 0;
  const [touched, rest] = [people.filter(isTouched), people.filter((one) => !isTouched(one))];
  const some = [...touched, ...rest].slice(0, simulationsKept.people);
  return { summary, people: some, mails: mails.slice(0, simulationsKept.mails) };
}

const day = /^\d{4}-\d{2}-\d{2}$/;

/** A request as it may be carried out. Throws SIMULATION_INVALID with everything that is wrong in it. */
export function simulationOf(given: unknown): SimulationRequest {
  const found: string[] = [];
  const request = (given ?? {}) as SimulationRequest;
  const { journeys = [], documents = [], over, seed, step } = request;
  if (journeys.length + documents.length === 0) found.push('journeys: name at least one, or send its document');
  if (Math.max(journeys.length, documents.length) > simulationLimits.journeys)
    found.push(`journeys: at most ${simulationLimits.journeys} at once`);
  if (seed !== undefined && !Number.isInteger(seed)) found.push('seed: it is no whole number');
  if (step !== undefined && step !== 'exact' && !isStep(step))
    found.push(`step: "${step}" is neither exact nor a duration from PT1M to P1D`);
  checkOver(over, found);
  if (found.length > 0)
    throw new BeckonError(errors.SIMULATION_INVALID, `The simulation cannot be run: ${found.join('; ')}`);
  if (over.kind !== 'story') return request;
  return { ...request, over: { kind: 'story', story: storyOf(over.story, { mayExpectNothing: true }) } };
}

function isStep(text: string): boolean {
  try {
    const ms = durationMs(text);
    return ms >= 60_000 && ms <= 86_400_000;
  } catch {
    return false;
  }
}

function checkOver(over: SimulationOver | undefined, found: string[]): void {
  if (over?.kind === 'invented') {
    checkCount('over.people', over.people, simulationLimits.people, found);
    checkCount('over.days', over.days, simulationLimits.days, found);
    if (over.begins !== undefined && !isDay(over.begins))
      found.push(`over.begins: "${over.begins}" is no day; write 2026-11-24`);
  } else if (over?.kind === 'history') {
    for (const name of ['from', 'to'] as const)
      if (!isDay(over[name])) found.push(`over.${name}: "${String(over[name])}" is no day; write 2026-11-24`);
    if (isDay(over.from) && isDay(over.to)) {
      const days = (Date.parse(over.to) - Date.parse(over.from)) / 86_400_000 + 1;
      if (days < 1) found.push('over.to: it lies before over.from');
      if (days > simulationLimits.days) found.push(`over.to: at most ${simulationLimits.days} days at once`);
    }
    const wrong = over.people?.find((id) => !isUuid(id));
    if (wrong !== undefined) found.push(`over.people: "${wrong}" is no id of a profile`);
    if (over.people && (over.people.length === 0 || over.people.length > simulationLimits.chosen))
      found.push(`over.people: choose 1 to ${simulationLimits.chosen}, or leave it out for everybody`);
    if (over.learnDays !== undefined && !(over.learnDays >= 0 && over.learnDays <= simulationLimits.days))
      found.push(`over.learnDays: from 0 to ${simulationLimits.days}`);
  } else if (over?.kind !== 'story') found.push('over.kind: write history, invented or story');
}

function checkCount(where: string, value: number, most: number, found: string[]): void {
  if (!Number.isInteger(value) || value < 1 || value > most) found.push(`${where}: a whole number from 1 to ${most}`);
}

function isDay(text: unknown): text is string {
  return typeof text === 'string' && day.test(text) && !Number.isNaN(Date.parse(text));
}
