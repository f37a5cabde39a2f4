import type { Identity, ShopEvent, VisitorSpan } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { emptyPages, insertShown, lockShown } from './table-shown.ts';
import { shownIn, shownTypes } from './take.ts';

/** What making the roll-up of pages anew asks of the log, and of people: who of them is for trying out. */
export interface PageParts {
  log: {
    /** When the oldest and the newest event that is kept came in, UTC ms. */
    reach(tx: Tx): Promise<{ oldest: number; newest: number } | null>;
    /** Events that have been folded. */
    folded(tx: Tx, query: { types: readonly string[]; from: number; to: number }): Promise<ShopEvent[]>;
    exportFor(visitors: readonly VisitorSpan[]): Promise<ShopEvent[]>;
  };
  profiles: { findAll(identities: readonly Identity[]): Promise<ReadonlyMap<string, Profile>> };
}

/** So much of the log at once, ms. */
const stretchMs = 6 * 3_600_000;

/**
 * Makes what pages showed anew from the log. Whatever is folded meanwhile and shows something waits, and is not in it. Days before the first month
 * that the log has whole stay as they are.
 */
export async function rebuildPages(tx: Tx, { log, profiles }: PageParts): Promise<void> {
  await lockShown(tx);
  const reach = await log.reach(tx);
  if (reach === null) return;
  const { oldest } = reach;
  const at = new Date(oldest);
  const since = Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
  await emptyPages(tx, since);
  const end = reach.newest + 1;
  for (let from = oldest; from < end; from += stretchMs) {
    const events = await log.folded(tx, { types: shownTypes, from, to: Math.min(end, from + stretchMs) });
    if (events.length === 0) continue;
    const { shown } = shownIn(events, await ownersOf(events, profiles));
    await insertShown(
      tx,
      shown.filter((one) => one.at >= since),
    );
  }
}

/** Takes out of the roll-up what pages showed these visitors, since the log is about to forget it. */
export async function unshowPages(
  tx: Tx,
  { log, profiles }: PageParts,
  { spans, until }: { spans: readonly VisitorSpan[]; until: number },
): Promise<void> {
  const events = (await log.exportFor(spans)).filter(
    ({ types, receivedAt }) => receivedAt <= until && types.some((type) => shownTypes.includes(type)),
  );
  const { shown } = shownIn(events, await ownersOf(events, profiles));
  await insertShown(
    tx,
    shown.map((one) => ({ ...one, shown: -one.shown, clicked: -one.clicked })),
  );
}

async function ownersOf(events: readonly ShopEvent[], profiles: PageParts['profiles']): Promise<Profile[]> {
  const visitors = [...new Set(events.map(({ visitor }) => visitor))];
  const names = visitors.map((visitor) => {
    const colon = visitor.indexOf(':');
    return { namespace: visitor.slice(0, colon), id: visitor.slice(colon + 1) };
  });
  return [...(await profiles.findAll(names)).values()];
}
