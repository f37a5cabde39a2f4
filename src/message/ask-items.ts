import type { Lacking } from './claim.ts';
import { withAnswer, type Grid } from './grid.ts';
import type { Kit } from './part.ts';
import { applyChanges } from './settle.ts';
import { lockDue, type Change } from './table.ts';
import { storeContexts } from './table-plan.ts';

/** How soon a mail is looked at again for which the recommender has not answered, ms. */
const silentRestMs = 60_000;

/**
 * Asks for what grids show that name their criterion, all recipients of one in one question, and puts it into the contexts
 * of their messages, from where they are made: also when they are tried again, or read in a browser. Nothing is locked
 * while it is asked. Where nobody answers the mails wait; what can never be answered ends them.
 */
export async function askForItems(kit: Kit, lacking: readonly Lacking[]): Promise<void> {
  const contexts = new Map(lacking.map(({ row }) => [row.id, row.context]));
  const changes = new Map<string, Change>();
  const at = kit.clock.now();
  for (const { grid, rows } of questionsOf(lacking)) {
    const asked = (await kit.recommend?.({
      criterion: grid.criterion,
      limit: grid.limit,
      recipients: rows.map(({ profileId }) => ({ profileId })),
    })) ?? { refused: 'nothing recommends here' };
    for (const [no, { id }] of rows.entries()) {
      if ('answers' in asked) contexts.set(id, withAnswer(contexts.get(id)!, grid, { answer: asked.answers[no], at }));
      else if ('refused' in asked) changes.set(id, { id, state: 'render_failed', reason: asked.refused });
      else changes.set(id, { id, state: 'held', reason: 'waits for recommendations', due: at + silentRestMs });
    }
  }
  await kit.store.inTransaction(async (tx) => {
    const asked = new Map(lacking.map(({ row }) => [row.id, row]));
    // The profiles come first, as everywhere: what follows may tell runs.
    await kit.profiles.lock(tx, [...new Set(lacking.map(({ row }) => row.profileId))].sort());
    // Whom somebody else has claimed since keeps what they have.
    const rows = (await lockDue(tx, [...asked.keys()], at)).filter(({ id, fence }) => asked.get(id)?.fence === fence);
    const whole = rows.filter(({ id }) => !changes.has(id));
    const kept = whole.map(({ id, shard }) => ({ id, shard, context: contexts.get(id)! }));
    if (kept.length > 0) await storeContexts(tx, kept);
    await applyChanges(
      kit,
      tx,
      rows.flatMap(({ id }) => changes.get(id) ?? []),
    );
  });
}

/** Each criterion once, with everybody it is asked for. */
function questionsOf(lacking: readonly Lacking[]): { grid: Grid; rows: Lacking['row'][] }[] {
  const questions = new Map<string, { grid: Grid; rows: Lacking['row'][] }>();
  for (const { row, grids } of lacking) {
    for (const grid of grids) {
      const known = questions.get(grid.name) ?? { grid, rows: [] };
      const limit = Math.max(known.grid.limit, grid.limit);
      questions.set(grid.name, { grid: { ...grid, limit }, rows: [...known.rows, row] });
    }
  }
  return [...questions.values()];
}
