/**
 * A journey's document as the studio reads it: the JSON of `JourneyDetail.definition`, checked softly. What is missing
 * or unknown stays visible as `unknown`; a strange document never takes the page down.
 */
export interface JourneyDocument {
  name: string;
  description: string;
  entry: EntryPart;
  exits: string[];
  holdout: number;
  quietHours: QuietSpan[];
  reentry: { never: boolean; after: string | null };
  start: string;
  activities: Map<string, ActivityPart>;
  /** Comments of those who work on it, by activity. */
  notes: ReadonlyMap<string, string>;
}

export type EntryPart =
  | { kind: 'event'; event: string; when: string | null; key: string | null; onRepeat: 'ignore' | 'restart' }
  | { kind: 'audience'; audience: string; at: string; zone: string | null; every: 'day' | 'week' | 'month' | 'once' };

export type ActivityPart =
  | WaitPart
  | SharePart
  | { kind: 'cap'; label: string | null; max: number; next: string; otherwise: string }
  | {
      kind: 'listen';
      label: string | null;
      events: { event: string; label: string; next: string }[];
      timeout: string | null;
      otherwise: string | null;
    }
  | { kind: 'update'; label: string | null; attributes: string[]; next: string }
  | { kind: 'jump'; label: string | null; journey: string; next: string }
  | {
      kind: 'condition';
      label: string | null;
      paths: { label: string; when: string; next: string }[];
      otherwise: string;
    }
  | ActionPart
  | { kind: 'message'; label: string | null; message: string; next: string; onExcluded: string | null }
  | { kind: 'end'; label: string | null }
  | { kind: 'unknown'; label: string | null; what: string; next: string };

export interface WaitPart {
  kind: 'wait';
  label: string | null;
  for: string | null;
  until: string | null;
  at: string | null;
  best: string | null;
  next: string;
}

export interface SharePart {
  kind: 'split' | 'experiment';
  label: string | null;
  paths: { label: string; share: number; next: string }[];
  otherwise: string | null;
}

export interface ActionPart {
  kind: 'action';
  label: string | null;
  name: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  timeout: string;
  retries: number;
  next: string;
  onError: string | null;
}

type Raw = Record<string, unknown>;

const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value);
const raw = (value: unknown): Raw => (isRaw(value) ? value : {});
const list = (value: unknown): Raw[] => (Array.isArray(value) ? value.filter(isRaw) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const maybe = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

/** Defaults as the engine has them: 10 % held out, quiet from 21:00 to 08:00 (trust.md §5.1). */
export function readDocument(source: unknown): JourneyDocument {
  const given = raw(source);
  const reentry = raw(given['reentry']);
  const parts = Object.entries(raw(given['activities'])).map(([id, part]) => [id, raw(part)] as const);
  return {
    name: text(given['name']) || text(given['key']),
    description: text(given['description']),
    entry: readEntry(raw(given['entry'])),
    exits: list(given['exits']).map((exit) => text(exit['reason']) || text(exit['event'])),
    holdout: number(given['holdout'], 0.1),
    quietHours: readQuiet(given['quietHours']),
    reentry: { never: reentry['never'] === true, after: maybe(reentry['after']) },
    start: text(given['start']),
    activities: new Map(parts.map(([id, part]) => [id, readActivity(part)])),
    notes: new Map(parts.flatMap(([id, part]) => (text(part['note']) === '' ? [] : [[id, text(part['note'])]]))),
  };
}

/** Hours in which no mail leaves, on which days of the week (Monday 1) and dates; without both every day. */
export interface QuietSpan {
  from: string;
  to: string;
  days: number[];
  dates: string[];
}

function readQuiet(value: unknown): QuietSpan[] {
  if (value === null) return [];
  const hours = raw(value);
  const first = { from: '21:00', to: '08:00', ...hours };
  return [first, ...list(hours['also'])].map((span: Raw) => ({
    from: text(span['from']),
    to: text(span['to']),
    days: Array.isArray(span['days']) ? span['days'].map(Number) : [],
    dates: Array.isArray(span['dates']) ? span['dates'].map(String) : [],
  }));
}

function readEntry(part: Raw): EntryPart {
  if (part['kind'] === 'audience') {
    const every = (['week', 'month', 'once'] as const).find((one) => one === part['every']) ?? 'day';
    return {
      kind: 'audience',
      audience: text(part['audience']),
      at: text(part['at']),
      zone: maybe(part['zone']),
      every,
    };
  }
  const onRepeat = part['onRepeat'] === 'restart' ? 'restart' : 'ignore';
  return { kind: 'event', event: text(part['event']), when: maybe(part['when']), key: maybe(part['key']), onRepeat };
}

function readActivity(part: Raw): ActivityPart {
  const label = maybe(part['label']);
  const next = text(part['next']);
  switch (part['kind']) {
    case 'wait':
      return readWait(part, label, next);
    case 'split':
    case 'experiment':
      return {
        kind: part['kind'],
        label,
        paths: list(part['paths']).map(readShare),
        otherwise: maybe(part['otherwise']),
      };
    case 'cap':
      return { kind: 'cap', label, max: number(part['max'], 0), next, otherwise: text(part['otherwise']) };
    case 'listen': {
      const [timeout, otherwise] = [maybe(part['timeout']), maybe(part['otherwise'])];
      return { kind: 'listen', label, events: list(part['events']).map(readHeard), timeout, otherwise };
    }
    case 'update':
      return { kind: 'update', label, attributes: Object.keys(raw(part['attributes'])), next };
    case 'jump':
      return { kind: 'jump', label, journey: text(part['journey']), next };
    case 'condition':
      return { kind: 'condition', label, paths: list(part['paths']).map(readPath), otherwise: text(part['otherwise']) };
    case 'action':
      return readAction(part, label, next);
    case 'message':
      return { kind: 'message', label, message: text(part['message']), next, onExcluded: maybe(part['onExcluded']) };
    case 'end':
      return { kind: 'end', label };
    default:
      return { kind: 'unknown', label, what: text(part['kind']), next };
  }
}

function readWait(part: Raw, label: string | null, next: string): WaitPart {
  const [length, until, at, best] = ['for', 'until', 'at', 'best'].map((way) => maybe(part[way]));
  return { kind: 'wait', label, for: length!, until: until!, at: at!, best: best!, next };
}

const readShare = (path: Raw) => ({
  label: text(path['label']),
  share: number(path['share'], 0),
  next: text(path['next']),
});
const readHeard = (one: Raw) => ({ event: text(one['event']), label: text(one['label']), next: text(one['next']) });
const readPath = (path: Raw) => ({ label: text(path['label']), when: text(path['when']), next: text(path['next']) });

function readAction(part: Raw, label: string | null, next: string): ActionPart {
  const headers = Object.entries(raw(part['headers'])).map(([name, value]) => [name, text(value)] as const);
  return {
    kind: 'action',
    label,
    name: text(part['name']),
    method: text(part['method']) || 'POST',
    url: text(part['url']),
    headers: Object.fromEntries(headers),
    body: part['body'],
    timeout: text(part['timeout']) || 'PT10S',
    retries: number(part['retries'], 3),
    next,
    onError: maybe(part['onError']),
  };
}

/** The ways out of an activity, in the order they are written. `why` is null where the way needs no word. */
export interface Way {
  to: string;
  /** Where it is written in the activity. */
  at: readonly (string | number)[];
  why:
    | { kind: 'path'; label: string }
    | { kind: 'share'; label: string; share: number }
    | { kind: 'otherwise' | 'unheard' | 'error' | 'excluded' }
    | null;
}

export function waysOf(activity: ActivityPart): Way[] {
  switch (activity.kind) {
    case 'condition': {
      const paths = activity.paths.map(({ label, next }, nth): Way => ({
        to: next,
        at: ['paths', nth, 'next'],
        why: { kind: 'path', label },
      }));
      return [...paths, { to: activity.otherwise, at: ['otherwise'], why: { kind: 'otherwise' } }];
    }
    case 'split':
    case 'experiment': {
      const paths = activity.paths.map(({ label, share, next }, nth): Way => ({
        to: next,
        at: ['paths', nth, 'next'],
        why: { kind: 'share', label, share },
      }));
      return withOther(paths, activity.otherwise, { kind: 'otherwise' });
    }
    case 'cap':
      return withBranch(activity.next, activity.otherwise, 'otherwise');
    case 'listen': {
      const heard = activity.events.map(({ label, next }, nth): Way => ({
        to: next,
        at: ['events', nth, 'next'],
        why: { kind: 'path', label },
      }));
      return withOther(heard, activity.otherwise, { kind: 'unheard' });
    }
    case 'action':
      return withBranch(activity.next, activity.onError, 'error');
    case 'message':
      return withBranch(activity.next, activity.onExcluded, 'excluded');
    case 'end':
      return [];
    default:
      return activity.next === '' ? [] : [{ to: activity.next, at: ['next'], why: null }];
  }
}

function withOther(ways: Way[], otherwise: string | null, why: Way['why']): Way[] {
  return otherwise === null ? ways : [...ways, { to: otherwise, at: ['otherwise'], why }];
}

const branches = { otherwise: 'otherwise', error: 'onError', excluded: 'onExcluded' } as const;

function withBranch(next: string, branch: string | null, kind: keyof typeof branches): Way[] {
  const main: Way = { to: next, at: ['next'], why: null };
  return branch === null || branch === next ? [main] : [main, { to: branch, at: [branches[kind]], why: { kind } }];
}
