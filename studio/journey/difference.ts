import type { JourneyVersion } from '../../src/api/contract-journey.ts';
import { wordKey } from '../form/form.ts';
import { type Say, isKey, recipeWords } from '../words/words.ts';
import { type JourneyDocument, readDocument } from './document.ts';
import { durationWords, eventWords, titleOf } from './sentence.ts';

/** A place where two versions of a journey differ, in words. */
export interface DifferenceRow {
  where: string;
  name: string;
  /** Null where that version has nothing. */
  before: string | null;
  after: string | null;
}

/** What a version changes of the one published last, in words of the forms. Pure. */
export function differenceRows({ live, definition, differences }: JourneyVersion, say: Say): DifferenceRow[] {
  const [before, after] = [readDocument(live), readDocument(definition)];
  const raws = [definition, live];
  return differences.map(({ where, before: was, after: is }) => {
    const place = placeOf(where);
    const value = (document: JourneyDocument, given: unknown) =>
      given === undefined ? null : valueWords({ document, place, of: formOf(place, raws), say }, given);
    return {
      where,
      name: nameOf(place, { before, after, raws }, say),
      before: value(before, was),
      after: value(after, is),
    };
  });
}

type Place = (string | number)[];

/** "activities.wait.paths[0].when" → its parts. */
function placeOf(where: string): Place {
  return where
    .split(/[.[]/)
    .map((part) => (/^\d+\]$/.test(part) ? Number(part.slice(0, -1)) : part.replace(/\]$/, '')));
}

interface Documents {
  before: JourneyDocument;
  after: JourneyDocument;
  raws: readonly (Record<string, unknown> | null)[];
}

function nameOf(place: Place, { before, after, raws }: Documents, say: Say): string {
  const [first, id, ...rest] = place;
  if (first !== 'activities' || typeof id !== 'string') return label(place, 'journey', say);
  const holder = after.activities.has(id) ? after : before;
  const title = titleOf(holder, id, say);
  return rest.length === 0 ? title : `${title}: ${label(rest, formOf(place, raws), say)}`;
}

/** Which form has the words of a place: that of an activity's kind, or the journey's. */
function formOf([first, id]: Place, raws: readonly (Record<string, unknown> | null)[]): string {
  if (first !== 'activities') return 'journey';
  for (const raw of raws) {
    const found = (raw?.['activities'] as Record<string, { kind?: unknown }> | undefined)?.[String(id)]?.kind;
    if (typeof found === 'string') return found;
  }
  return '';
}

/** The words of a field, with its number in a list. */
function label(place: Place, of: string, say: Say): string {
  const last = place.at(-1);
  if (typeof last === 'number') return `${label(place.slice(0, -1), of, say)} ${last + 1}`;
  const key = wordKey('field', of, place);
  return key === undefined ? String(last ?? '') : say(key);
}

interface Valued {
  document: JourneyDocument;
  place: Place;
  of: string;
  say: Say;
}

function valueWords({ document, place, of, say }: Valued, value: unknown): string {
  if (value === null) return say('none');
  if (typeof value === 'boolean') return say(value ? 'versions.yes' : 'versions.no');
  if (typeof value === 'number' && place.at(-1) === 'holdout') return `${Math.round(value * 1000) / 10} %`;
  if (typeof value === 'object' && !isActivity(place) && isFlat(value)) {
    const inside = Object.entries(value).map(
      ([name, one]) =>
        `${label([...place, name], of, say)}: ${valueWords({ document, place: [...place, name], of, say }, one)}`,
    );
    return inside.join(', ');
  }
  if (typeof value !== 'string') return isActivity(place) ? activityWords(value, say) : JSON.stringify(value, null, 1);
  const choice = wordKey('choice', of, [...place, value]);
  if (choice !== undefined) return say(choice);
  if (place.at(-1) === 'event') return eventWords(value, say);
  if (leads.has(String(place.at(-1))) && document.activities.has(value)) return titleOf(document, value, say);
  return durationWords(recipeWords(value, say), say);
}

/** Names and simple values only: told in a line. */
function isFlat(value: object): boolean {
  return !Array.isArray(value) && Object.values(value).every((one) => typeof one !== 'object' || one === null);
}

const leads = new Set(['next', 'otherwise', 'onError', 'onExcluded', 'onFew', 'start']);

const isActivity = (place: Place) => place[0] === 'activities' && place.length === 2;

/** A whole activity that one of the versions has not: its kind, and its name where it has one. */
function activityWords(value: unknown, say: Say): string {
  const { kind, label: name } = value as { kind?: string; label?: string };
  const key = `activity.${kind ?? ''}`;
  const word = isKey(key) ? say(key) : (kind ?? '');
  return name === undefined ? word : `${word}: ${recipeWords(name, say)}`;
}
