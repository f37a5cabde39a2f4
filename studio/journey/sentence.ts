import { type Key, type Say, isKey, recipeWords } from '../words/words.ts';
import type { ActionPart, ActivityPart, EntryPart, JourneyDocument, WaitPart, Way } from './document.ts';

/** The kinds of cards on the canvas; each has its coloured edge and its word. */
export type CardKind = 'entry' | 'wait' | 'condition' | 'action' | 'message' | 'end';

/** The entry stands among the counts under this name. */
export const entryId = 'entry';

export function kindOf(document: JourneyDocument, id: string): CardKind {
  if (id === entryId && !document.activities.has(entryId)) return 'entry';
  return cardKinds[document.activities.get(id)?.kind ?? 'end'];
}

/** Time, decision, action, message or end: what a card's edge and icon tell. */
export const cardKinds: Readonly<Record<ActivityPart['kind'], CardKind>> = {
  wait: 'wait',
  listen: 'wait',
  condition: 'condition',
  split: 'condition',
  experiment: 'condition',
  cap: 'condition',
  action: 'action',
  update: 'action',
  jump: 'action',
  message: 'message',
  end: 'end',
  unknown: 'action',
};

/** What a card says, in plain words: "Wait 4 hours after the last cart change". Pure. */
export function sentenceOf(document: JourneyDocument, id: string, say: Say): string {
  const activity = document.activities.get(id);
  if (!activity) return id === entryId ? entrySentence(document.entry, say) : id;
  switch (activity.kind) {
    case 'wait':
      return waitSentence(document, id, activity, say);
    case 'split':
    case 'experiment':
      return say(`sentence.${activity.kind}`, {
        paths: joinWords(
          activity.paths.map(({ label }) => recipeWords(label, say)),
          say,
        ),
      });
    case 'cap':
      return say('sentence.cap', { count: activity.max });
    case 'listen':
      return listenSentence(activity, say);
    case 'update':
      return say('sentence.update', { names: joinWords(activity.attributes, say) });
    case 'jump':
      return say('sentence.jump', { journey: activity.journey });
    case 'condition':
      return conditionSentence(activity.paths, say);
    case 'action':
      return actionSentence(activity, say);
    case 'message':
      return say('sentence.message', { message: activity.message });
    case 'end':
      return recipeWords(activity.label ?? id, say);
    case 'unknown':
      return say('sentence.unknown', { kind: activity.what });
  }
}

function entrySentence(entry: EntryPart, say: Say): string {
  if (entry.kind === 'audience') {
    const often = entry.every === 'day' ? '' : (`.${entry.every}` as const);
    return say(`sentence.entry.audience${often}`, { time: entry.at });
  }
  const what = eventWords(entry.event, say);
  return say(entry.when === null ? 'sentence.entry.event' : 'sentence.entry.if', { what });
}

/** "a cart has changed", or the event's own name where we have no words for it. */
export function eventWords(event: string, say: Say): string {
  const key = `event.${event}`;
  return isKey(key) ? say(key) : say('event.other', { event });
}

/** Only the first wait of a journey that starts over on a repeat counts from the *last* event. */
function waitSentence(document: JourneyDocument, id: string, wait: WaitPart, say: Say): string {
  if (wait.best !== null) return say('sentence.wait.best', { time: durationWords(wait.best, say) });
  if (wait.until !== null) return say('sentence.wait.until', { moment: wait.until });
  const time = durationWords(wait.for ?? '', say);
  if (wait.at !== null) {
    return wait.for === null
      ? say('sentence.wait.at', { at: wait.at })
      : say('sentence.wait.then', { time, at: wait.at });
  }
  const { entry } = document;
  if (id !== document.start || entry.kind !== 'event') return say('sentence.wait', { time });
  if (entry.onRepeat !== 'restart' && entry.event !== 'visit.ended') return say('sentence.wait', { time });
  const key = `after.${entry.event}`;
  const what = isKey(key) ? say(key) : say('after.other', { event: entry.event });
  return say('sentence.wait.after', { time, what });
}

function listenSentence({ events, timeout }: Extract<ActivityPart, { kind: 'listen' }>, say: Say): string {
  const what = joinWords(
    events.map(({ label }) => recipeWords(label, say)),
    say,
    'list.or',
  );
  return timeout === null
    ? say('sentence.listen', { what })
    : say('sentence.listen.for', { what, time: durationWords(timeout, say) });
}

function conditionSentence(paths: { label: string }[], say: Say): string {
  const [first, ...rest] = paths.map((path) => recipeWords(path.label, say));
  if (first === undefined) return say('sentence.condition', { paths: say('none') });
  if (rest.length === 0) return say('sentence.condition.one', { path: first });
  return say('sentence.condition', { paths: joinWords([first, ...rest], say, 'list.or') });
}

const recommendDoors = ['/v1/recommendations', '/rest/v1/delivery'];

function actionSentence(action: ActionPart, say: Say): string {
  const path = action.url.split('?')[0] ?? '';
  if (!recommendDoors.some((door) => path.endsWith(door))) {
    return say('sentence.action.call', { host: shortUrl(action.url), name: action.name });
  }
  const criterion = criterionOf(action.body);
  if (criterion === null) return say('sentence.action.recommend');
  return say('sentence.action.criterion', { criterion: criterionWords(criterion, say) });
}

/** A criterion only known while running (a template) is not named. */
function criterionOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('criterion' in body)) return null;
  const { criterion } = body;
  return typeof criterion === 'string' && /^[\w-]+$/.test(criterion) ? criterion : null;
}

export function criterionWords(criterion: string, say: Say): string {
  const key = `recommend.${criterion}`;
  return isKey(key) ? say(key) : criterion;
}

function shortUrl(url: string): string {
  const match = /^https?:\/\/([^/]+)/.exec(url);
  return match?.[1] ?? url;
}

/** "a, b and c" in the language's own way. */
export function joinWords(words: readonly string[], say: Say, key: 'list.and' | 'list.or' = 'list.and'): string {
  if (words.length < 2) return words[0] ?? '';
  return say(key, { first: words.slice(0, -1).join(', '), last: words.at(-1) ?? '' });
}

const duration = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const units: Key[] = ['duration.w', 'duration.d', 'duration.h', 'duration.m', 'duration.s'];

/** An ISO 8601 duration in words: PT4H → "4 hours", P1DT12H → "1 day and 12 hours"; anything else as it came. */
export function durationWords(text: string, say: Say): string {
  const counts = duration.exec(text)?.slice(1) ?? [];
  const parts = units.flatMap((key, index) => {
    const count = Number(counts[index] ?? 0);
    return count === 0 ? [] : [say(key, { count })];
  });
  return parts.length === 0 ? text : joinWords(parts, say);
}

/** The word on a line between two cards; empty where the way needs none. */
export function wayWords(why: Way['why'], say: Say): string {
  switch (why?.kind) {
    case 'path':
      return recipeWords(why.label, say);
    case 'share':
      return `${recipeWords(why.label, say)} (${Math.round(why.share * 100)} %)`;
    case 'otherwise':
      return say('journey.otherwise');
    case 'unheard':
      return say('journey.ifNothing');
    case 'error':
      return say('journey.ifFails');
    case 'excluded':
      return say('journey.ifExcluded');
    default:
      return '';
  }
}

/** The card's own name where the author gave one, else its kind. */
export function titleOf(document: JourneyDocument, id: string, say: Say): string {
  const kind = kindOf(document, id);
  const activity: ActivityPart | undefined = document.activities.get(id);
  if (activity?.kind === 'end' || !activity?.label) return say(`kind.${kind}`);
  return recipeWords(activity.label, say);
}
