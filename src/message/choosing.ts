import type { Tx } from '../store/index.ts';
import { homeKey, type MessageRow } from './message.ts';
import { messageEvent, type Kit } from './part.ts';
import { choicesOf, putChoice, topics, type Choice, type Pace, type Texts } from './table-choice.ts';
import { liftUnsubscribes, suppressedReasons } from './table-gate.ts';
import type { Theme } from './theme.ts';
import { faceOf, masked, subscriber } from './unsubscribe.ts';

/** What the page shows on which people choose. Times are UTC ms. */
export interface ChoicePage {
  /** The brand, as its readers know it. */
  shop: string;
  theme: Theme;
  /** There are other senders, so that this one's list is not all there is to leave. */
  several: boolean;
  /** The address with its middle hidden, or null when it is not known any more. */
  address: string | null;
  /** As the profile has it; null when nobody said. */
  language: string | null;
  topics: { key: string; name: Texts; about: Partial<Texts>; on: boolean }[];
  pausedUntil: number | null;
  pace: Pace | null;
  /** `out`: unsubscribed, and may come back; `ended`: complained or bounced, and stays out. */
  state: 'in' | 'out' | 'ended';
}

/** What somebody chooses. */
export interface Choosing {
  /** Keys of the topics they want. */
  topics: readonly string[];
  pace: Pace | null;
  /** Pause for so many days from now; null ends a pause; undefined leaves it. */
  pauseDays?: number | null;
  language?: string;
}

const dayMs = 86_400_000;
const nothing: Choice = { off: [], pausedUntil: null, pace: null };

/** The page's data for a GET; reads only. Null: the link is not recognised. */
export async function choicePage(kit: Kit, token: string): Promise<ChoicePage | null> {
  const row = await subscriber(kit, token);
  if (!row?.addressKey) return null;
  const sender = row.sender ?? homeKey;
  const [all, chosen, reasons, face] = await Promise.all([
    topics(kit.store),
    choicesOf(kit.store, [row.addressKey]),
    suppressedReasons(kit.store, { key: row.addressKey, sender }, kit.clock.now()),
    faceOf(kit, row),
  ]);
  const { off, pausedUntil, pace } = chosen.get(row.addressKey) ?? nothing;
  const paused = pausedUntil !== null && pausedUntil > kit.clock.now() ? pausedUntil : null;
  return {
    ...face,
    address: row.recipient && masked(row.recipient),
    topics: all.map(({ key, name, about }) => ({ key, name, about, on: !off.includes(key) })),
    pausedUntil: paused,
    pace,
    state: stateOf(reasons),
  };
}

function stateOf(entries: readonly { reason: string }[]): ChoicePage['state'] {
  const reasons = entries.map(({ reason }) => reason);
  if (reasons.some((reason) => reason !== 'unsubscribed' && reason !== 'cooling')) return 'ended';
  return reasons.includes('unsubscribed') ? 'out' : 'in';
}

/** The effect of a POST: what was chosen holds before the next claim. False for a token that is not ours. */
export async function choose(kit: Kit, token: string, chosen: Choosing): Promise<boolean> {
  const row = await subscriber(kit, token);
  if (!row?.addressKey) return false;
  const key = row.addressKey;
  await kit.store.inTransaction(async (tx) => {
    await kit.profiles.lock(tx, [row.profileId]);
    const now = kit.clock.now();
    const before = (await choicesOf(tx, [key])).get(key) ?? nothing;
    const known = (await topics(tx)).map((topic) => topic.key);
    const { pauseDays } = chosen;
    const paused = pauseDays === undefined ? before.pausedUntil : pauseDays === null ? null : now + pauseDays * dayMs;
    const off = known.filter((topic) => !chosen.topics.includes(topic));
    await putChoice(tx, key, { off, pausedUntil: paused, pace: chosen.pace }, now);
    if (chosen.language !== undefined) await speak(kit, tx, row, chosen.language);
  });
  return true;
}

/** A proven mailbox says which language it reads; it comes to the profile as its own word. */
async function speak(kit: Kit, tx: Tx, row: MessageRow, language: string): Promise<void> {
  if (row.to !== null) return;
  const about = { id: kit.ids.next(), types: ['profile.asserted'], at: kit.clock.now(), level: 2 } as const;
  const event = messageEvent(row, { ...about, types: [...about.types] });
  await kit.append(tx, [{ ...event, attributes: { language } }]);
}

/**
 * Whoever unsubscribed comes back by their own hand: the list lets them go, and the consent goes to the log with what the
 * button said. False for a token that is not ours, and for those who stay out.
 */
export async function comeBack(kit: Kit, token: string, wording: string): Promise<boolean> {
  const row = await subscriber(kit, token);
  if (!row?.addressKey || row.to !== null) return false;
  const key = row.addressKey;
  return kit.store.inTransaction(async (tx) => {
    await kit.profiles.lock(tx, [row.profileId]);
    const now = kit.clock.now();
    const sender = row.sender ?? homeKey;
    const before = await suppressedReasons(tx, { key, sender }, now);
    if (stateOf(before) === 'ended') return false;
    if ((await liftUnsubscribes(tx, [{ key, sender, at: now + 1 }])) === 0) return true;
    // Who had left one list only never took their consent back.
    if (!before.some(({ scope }) => scope === 'marketing')) return true;
    const event = messageEvent(row, { id: kit.ids.next(), types: ['profile.consent'], at: now, level: 2 });
    const proof = { channel: 'preference page', basis: 'consent', wording } as const;
    await kit.append(tx, [{ ...event, consent: { 'email-marketing': 'in' }, proof }]);
    return true;
  });
}
