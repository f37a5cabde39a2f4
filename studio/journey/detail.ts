import { type Say, recipeWords } from '../words/words.ts';
import { waysOf, type ActionPart, type JourneyDocument, type QuietSpan } from './document.ts';
import { durationWords, eventWords, sentenceOf, titleOf, wayWords } from './sentence.ts';

export interface DetailRow {
  name: string;
  value: string;
  /** Shown in the system's monospace, lines kept. */
  code?: boolean;
}

/** How an activity is set, as rows of a name and a value. Pure. */
export function detailsOf(
  document: JourneyDocument,
  id: string,
  say: Say,
  percent: (share: number) => string,
): DetailRow[] {
  const activity = document.activities.get(id);
  if (!activity) return [...entryRows(document, say), ...journeyRows(document, say, percent)];
  const to = (next: string) => placeWords(document, next, say);
  switch (activity.kind) {
    case 'wait':
      return [
        {
          name: say('detail.for'),
          value: activity.for === null ? sentenceOf(document, id, say) : durationWords(activity.for, say),
        },
        { name: say('detail.next'), value: to(activity.next) },
      ];
    case 'split':
    case 'experiment':
    case 'cap':
    case 'listen':
    case 'update':
    case 'jump':
      return waysOf(activity).map(({ to: next, why }) => ({
        name: wayWords(why, say) || say('detail.next'),
        value: to(next),
      }));
    case 'condition':
      return [
        ...activity.paths.map((path) => ({
          name: `${recipeWords(path.label, say)} → ${to(path.next)}`,
          value: path.when,
          code: true,
        })),
        { name: say('journey.otherwise'), value: to(activity.otherwise) },
      ];
    case 'action':
      return actionRows(activity, say, to);
    case 'message':
      return [
        { name: say('detail.message'), value: activity.message },
        { name: say('detail.next'), value: to(activity.next) },
        { name: say('detail.onExcluded'), value: to(activity.onExcluded ?? activity.next) },
      ];
    default:
      return [];
  }
}

/** Where a way leads, in words: an end by its label, everything else by its title. */
function placeWords(document: JourneyDocument, id: string, say: Say): string {
  const activity = document.activities.get(id);
  if (!activity) return id;
  return activity.kind === 'end' ? recipeWords(activity.label ?? id, say) : titleOf(document, id, say);
}

function entryRows({ entry }: JourneyDocument, say: Say): DetailRow[] {
  if (entry.kind === 'audience') {
    return [
      { name: say('detail.at'), value: entry.at },
      ...(entry.zone === null ? [] : [{ name: say('detail.zone'), value: entry.zone }]),
      { name: say('detail.audience'), value: entry.audience, code: true },
    ];
  }
  return [
    { name: say('detail.event'), value: eventWords(entry.event, say) },
    ...(entry.when === null ? [] : [{ name: say('detail.when'), value: entry.when, code: true }]),
    ...(entry.key === null ? [] : [{ name: say('detail.key'), value: entry.key, code: true }]),
    { name: say('detail.onRepeat'), value: say(`detail.${entry.onRepeat}`) },
  ];
}

function journeyRows(document: JourneyDocument, say: Say, percent: (share: number) => string): DetailRow[] {
  const { never, after } = document.reentry;
  const again =
    after === null ? say('detail.reentry.any') : say('detail.reentry.after', { time: durationWords(after, say) });
  const quiet = document.quietHours;
  return [
    { name: say('detail.reentry'), value: never ? say('detail.reentry.never') : again },
    { name: say('detail.holdout'), value: percent(document.holdout) },
    {
      name: say('detail.quietHours'),
      value: quiet.length === 0 ? say('detail.noQuietHours') : quiet.map((span) => quietWords(span, say)).join('\n'),
    },
  ];
}

function quietWords({ from, to, days, dates }: QuietSpan, say: Say): string {
  const on = [...days, ...dates].join(', ');
  return `${say('detail.fromTo', { from, to })}${on === '' ? '' : ` (${on})`}`;
}

function actionRows(action: ActionPart, say: Say, to: (next: string) => string): DetailRow[] {
  const headers = Object.entries(action.headers).map(([name, value]) => `${name}: ${value}`);
  return [
    { name: say('detail.call'), value: `${action.method} ${action.url}`, code: true },
    ...(headers.length === 0 ? [] : [{ name: say('detail.headers'), value: headers.join('\n'), code: true }]),
    ...(action.body === undefined
      ? []
      : [{ name: say('detail.body'), value: JSON.stringify(action.body, null, 2), code: true }]),
    { name: say('detail.name'), value: action.name },
    { name: say('detail.timeout'), value: durationWords(action.timeout, say) },
    { name: say('detail.retries'), value: String(action.retries) },
    { name: say('detail.next'), value: to(action.next) },
    { name: say('detail.onError'), value: to(action.onError ?? action.next) },
  ];
}
