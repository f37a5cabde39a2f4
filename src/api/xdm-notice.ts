import type { ShopEvent } from '../event/index.ts';
import type { ReadShown } from './edge-shown.ts';
import { asList, asText, dig } from './json.ts';
import { rider } from './xdm-target.ts';

const display = 'decisioning.propositionDisplay';
const interact = 'decisioning.propositionInteract';
const maxPropositions = 50;

/** Reads the token that a proposition of ours carries; null for one that is not ours. */
export type ReadToken = (token: unknown) => ReadShown | null;

/**
 * Display and interact notices of our own propositions → one event for each recommendation and item, with an id that
 * hangs on these: told again, by a retry or by a page that tells twice, it is the same event and counts once
 * (edge-protocol §8.3). What the event says besides stays with `main`; a mere notice leaves nothing, `main` is null.
 *
 * Propositions without our token, such as a view's or another provider's, stay in `main` as they came.
 */
export function noticesOf(
  main: ShopEvent,
  decisioning: unknown,
  read: ReadToken,
): { main: ShopEvent | null; notices: ShopEvent[] } {
  const kinds = main.types.filter((type) => type === display || type === interact);
  if (kinds.length === 0) return { main, notices: [] };
  const propositions = asList(dig(decisioning, 'propositions')).slice(0, maxPropositions);
  const shown = propositions.map((one) => read(dig(one, 'scopeDetails', 'characteristics', 'eventToken')));
  const notices = shown.flatMap((one, index) =>
    one
      ? kinds.flatMap((kind) => noticesOfOne(main, one, { kind, named: namesIn(decisioning, propositions[index]) }))
      : [],
  );
  if (notices.length === 0 || shown.includes(null)) return { main, notices };
  const types = main.types.filter((type) => !kinds.includes(type));
  return { main: types.length === 0 ? null : { ...main, types }, notices };
}

function noticesOfOne(
  main: ShopEvent,
  shown: ReadShown,
  { kind, named }: { kind: string; named: readonly string[] },
): ShopEvent[] {
  const places = named.flatMap((item) => {
    const position = shown.positionOf(item);
    return position === undefined ? [] : [{ item, position }];
  });
  // A click is on one item, even where label and token name it twice; a display may name all it showed.
  const said = kind === interact ? places.slice(0, 1) : places;
  const { recommendation: id, criterion } = shown;
  const by = shown.activity === undefined ? {} : { activity: shown.activity, experience: shown.experience ?? '' };
  return (said.length > 0 ? said : [null]).map((place) => ({
    ...rider(main, ''),
    // The visitor is part of it: an answer that a shop keeps for its pages is shown to many.
    id: `${kind === interact ? 'click' : 'shown'}:${id}:${place?.item ?? ''}:${main.visitor.slice(-38)}`,
    types: [kind],
    recommendation: { id, criterion, ...by, ...place },
    ...(place ? { items: [{ id: place.item }] } : {}),
  }));
}

/** Where a notice may name an item: label, tokens, and the items of the proposition. */
function namesIn(decisioning: unknown, proposition: unknown): string[] {
  const action = dig(decisioning, 'propositionAction');
  const items = asList(dig(proposition, 'items')).slice(0, maxPropositions);
  const names = [
    dig(action, 'label'),
    ...asList(dig(action, 'tokens')).slice(0, 20),
    ...items.map((item) => dig(item, 'id')),
  ];
  return [...new Set(names.map((name) => asText(name, 128)).filter((name) => name !== undefined))];
}
