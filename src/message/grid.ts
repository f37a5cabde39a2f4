import type { Block } from './block.ts';
import { errors } from './error.ts';
import { finding, type MailFinding } from './finding.ts';
import type { MessageRow } from './message.ts';

/** Grids that name their criterion: what the mail asks the recommender for itself, when it is made. Pure. */

/** One question of a template, asked for each recipient. */
export interface Grid {
  criterion: string;
  /** Under which name of the run's actions the answer stands. */
  name: string;
  limit: number;
}

/** One question for several people. */
export interface ItemAsk {
  criterion: string;
  limit: number;
  /** Ids of profiles, with the cart where it is not theirs; a stranger has no id. */
  recipients: readonly { profileId?: string; cart?: readonly string[]; language?: string }[];
}

/** Answers in the order of the recipients; or why there will never be any; or nobody answers now. */
export type AskedItems = { answers: readonly unknown[] } | { refused: string } | { silent: true };

/** So many more are asked for than the grid has places: what sells out until the mail is made leaves none empty. */
const spares = 2;
/** What was asked for longer ago is asked anew, ms: a mail may wait for its turn for days. */
const freshForMs = 3_600_000;

/** Its answer stands where those of actions do, so that it is read again from the catalogue, counted and shown as they are. */
const nameOf = (criterion: string) =>
  `Criterion_${criterion.replace(/[^A-Za-z0-9]/g, (one) => `_${one.codePointAt(0)!.toString(16)}_`)}`;
export const gridPath = (criterion: string) => `context.journey.actions.${nameOf(criterion)}.items`;

/** Each criterion of the blocks once, with room for the largest of its grids. */
export function gridsOf(blocks: readonly Block[]): Grid[] {
  const limits = new Map<string, number>();
  for (const block of blocks) {
    if (block.kind !== 'products' || block.criterion === undefined) continue;
    limits.set(block.criterion, Math.max(limits.get(block.criterion) ?? 0, (block.limit ?? 6) + spares));
  }
  return [...limits].map(([criterion, limit]) => ({ criterion, name: nameOf(criterion), limit }));
}

/** Grids without a list and a criterion, or with both, or by one that cannot choose here. */
export function lookAtGrids(blocks: readonly Block[], unfit: (criterion: string) => string | null): MailFinding[] {
  return blocks.flatMap((block, no) => {
    if (block.kind !== 'products') return [];
    const { list, criterion } = block;
    const wrong = (field: string, says: string) => [
      finding(errors.MESSAGE_CRITERION_UNFIT, 'error', { where: `/blocks/${no}/${field}`, says }),
    ];
    if (criterion === undefined)
      return list === undefined ? wrong('list', 'The grid has neither a list nor a criterion') : [];
    if (list !== undefined) return wrong('criterion', 'The grid has both a list and a criterion; it shows one of them');
    const why = unfit(criterion);
    return why === null ? [] : wrong('criterion', why);
  });
}

/** What must be asked for before the mail can be made; null: nothing. One that may have gone out already stays as it is. */
export function lacksItems(
  { grids = [] }: { grids?: readonly Grid[] },
  { context, resent, class: kind }: Pick<MessageRow, 'context' | 'resent' | 'class'>,
  now: number,
): readonly Grid[] | null {
  if (grids.length === 0 || kind === 'proof') return null;
  const actions = actionsIn(context);
  const lacks = grids.filter(({ name }) => {
    const { at } = (actions[name] ?? {}) as { at?: unknown };
    return typeof at !== 'number' || (!resent && now - at > freshForMs);
  });
  return lacks.length === 0 ? null : lacks;
}

/** The context with an answer in its place; of it what a mail shows and counts. */
export function withAnswer(
  context: Record<string, unknown>,
  { name }: Pick<Grid, 'name'>,
  { answer, at }: { answer: unknown; at: number },
): Record<string, unknown> {
  const { trackingToken, criterion, items } = (answer ?? {}) as Record<string, unknown>;
  const shown = (Array.isArray(items) ? items : []).map((item) => {
    const { id, reason, criterion: by, source } = item as Record<string, unknown>;
    return { id, reason, criterion: by, source };
  });
  const kept = { trackingToken, criterion, items: shown, at };
  const journey = (context['journey'] ?? {}) as Record<string, unknown>;
  return { ...context, journey: { ...journey, actions: { ...actionsIn(context), [name]: kept } } };
}

function actionsIn(context: Record<string, unknown>): Record<string, unknown> {
  const { actions = {} } = (context['journey'] ?? {}) as { actions?: Record<string, unknown> };
  return actions;
}
