import type { Fact } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import { addressKey } from './address.ts';
import { isGenuine, readToken, withClickId } from './link.ts';
import { homeKey, type MessageRow } from './message.ts';
import { messageEvent, type Kit } from './part.ts';
import { followUp } from './settle.ts';
import { cancelRows, liftDoubt, messageById } from './table.ts';
import { liftUnsubscribes, suppress } from './table-gate.ts';
import { keepHeard } from './table-heard.ts';
import { themeRow } from './table-template.ts';
import { shopTheme, type Theme } from './theme.ts';
import type { ShopEvent } from '../event/index.ts';

/** Where a click leads, and the event that tells of it. Reading it has no effect; a door decides what counts. */
export interface ClickTarget {
  /** The destination with the click id; redirect here. */
  location: string;
  /** `message.clicked`; the door marks what a machine did. */
  event: ShopEvent;
  /** When the next hop took the mail, business time; null when that is not known. */
  acceptedAt: number | null;
}

/** Verifies a click token and finds its destination; null for anything that is not ours (then 404, never a redirect). */
export async function clickTarget(kit: Kit, token: string): Promise<ClickTarget | null> {
  const read = readToken(token);
  const row = read && (await messageById(kit.store, read.message));
  const link = row?.links[read?.index ?? -1];
  if (!read || !row || !link) return null;
  if (!isGenuine(kit.render.linkKey, 'c', { ...read, to: link.to })) return null;
  const id = kit.ids.next();
  const event = messageEvent(row, { id, types: ['message.clicked'], at: kit.clock.now(), level: 2 });
  const { to: _to, ...about } = link;
  return {
    location: withClickId(link.to, id),
    acceptedAt: row.acceptedAt,
    event: { ...event, message: { ...event.message!, link: read.index, ...about } },
  };
}

/** Verifies the token of the picture in a mail; the event that tells of its opening, or null for a token that is not ours. */
export async function opening(kit: Kit, token: string): Promise<ShopEvent | null> {
  const read = readToken(token);
  const row = read && (await messageById(kit.store, read.message));
  if (!read || !row || !isGenuine(kit.render.linkKey, 'p', { ...read, to: '' })) return null;
  const about = { id: kit.ids.next(), types: ['message.opened'], at: kit.clock.now(), level: 2 } as const;
  return messageEvent(row, { ...about, types: [...about.types] });
}

/** What the page behind an unsubscribe link shows. */
export interface UnsubscribePage {
  /** The brand, as its readers know it. */
  shop: string;
  /** As the profile has it, or as the brand speaks; null when nobody said. */
  language: string | null;
  theme: Theme;
  /** There are other senders, so that this one's list is not all there is to leave. */
  several: boolean;
  /** The address with its middle hidden, or null when it is not known any more. */
  address: string | null;
}

/** The page's data for a GET; reads only (trust §0 3). Null: "link not recognised". */
export async function unsubscribePage(kit: Kit, token: string): Promise<UnsubscribePage | null> {
  const row = await subscriber(kit, token);
  return row && { ...(await faceOf(kit, row)), address: row.recipient && masked(row.recipient) };
}

/** How a page of ours looks and speaks to the reader of a message: as the brand that the mail came from. */
export async function faceOf(
  kit: Kit,
  row: MessageRow,
): Promise<Pick<UnsubscribePage, 'shop' | 'language' | 'theme' | 'several'>> {
  const brands = await kit.senders.brands();
  const brand = brands.get(row.sender ?? homeKey) ?? kit.senders.home;
  const profile = row.to === null ? await kit.profiles.get(row.profileId) : null;
  const said = row.context['language'];
  const spoken = profile?.state.language ?? (typeof said === 'string' ? said : null);
  const theme = (await themeRow(kit.store, brand.theme ?? 'shop')) ?? shopTheme;
  return { shop: brand.name, language: spoken ?? brand.render.language ?? null, theme, several: brands.size > 1 };
}

/**
 * The effect of a POST, from the page or from a mail program's one-click: in one transaction the address is suppressed
 * for the sender's list, and every unsent message of the profile from it is cancelled; where there is one sender only, or
 * with `everything`, it is all marketing, and the lost consent goes to the log. The second time nothing happens. Gives
 * false for an unknown token; the door answers 200 all the same.
 */
export async function unsubscribe(kit: Kit, token: string, everything = false): Promise<boolean> {
  const row = await subscriber(kit, token);
  if (!row?.addressKey) return false;
  await kit.store.inTransaction(async (tx) => {
    await kit.profiles.lock(tx, [row.profileId]);
    await unsubscribeRow(kit, tx, { row, everything });
  });
  return true;
}

/** The same in the caller's transaction, the person locked; by a link, a header or a mail. @returns whether it is new */
export async function unsubscribeRow(
  kit: Kit,
  tx: Tx,
  { row, everything = false }: { row: MessageRow; everything?: boolean },
): Promise<boolean> {
  if (row.addressKey === null) return false;
  const now = kit.clock.now();
  const isAll = everything || (await kit.senders.brands(tx)).size === 1;
  const scope = isAll ? 'marketing' : (`list:${row.sender ?? homeKey}` as const);
  const entry = { key: row.addressKey, scope, reason: 'unsubscribed', messageId: row.id, now } as const;
  const { shard, id: messageId, addressKey, journey, activity, profileId, test } = row;
  const place = { shard, messageId, addressKey, journey, activity, profileId, test };
  const heard = await keepHeard(tx, { ...place, kind: 'unsubscribed', at: now, weight: 0 });
  // Whoever takes the link of a mail has had it (invariant I16).
  await followUp(kit, tx, await liftDoubt(tx, [row.id], now));
  const listed = await suppress(tx, entry);
  if (!heard && !listed) return false;
  const about = { id: kit.ids.next(), at: now, level: 2 } as const;
  if (!isAll) {
    await kit.append(tx, [messageEvent(row, { ...about, types: ['message.unsubscribed'] })]);
    await cancelList(kit, tx, { profileId, sender: row.sender ?? homeKey });
    return true;
  }
  const event = messageEvent(row, { ...about, types: ['profile.consent', 'message.unsubscribed'] });
  await kit.append(tx, [{ ...event, consent: { 'email-marketing': 'out' } }]);
  await cancelUnsent(kit, tx, { profileId: row.profileId, state: 'cancelled', reason: 'unsubscribed' });
  return true;
}

/** Ends a profile's marketing messages of one sender that are not on the wire, and tells their runs. */
async function cancelList(kit: Kit, tx: Tx, which: { profileId: string; sender: string }): Promise<void> {
  const how = { state: 'cancelled', reason: 'unsubscribed', now: kit.clock.now() } as const;
  await followUp(kit, tx, await cancelRows(tx, which, how));
}

/** Whoever says yes again is not held to having unsubscribed before. Their consents, as facts of the fold's transaction. */
export async function liftFor(kit: Kit, tx: Tx, given: readonly Fact[]): Promise<void> {
  if (given.length === 0) return;
  const people = await kit.profiles.lock(tx, [...new Set(given.map(({ profileId }) => profileId))]);
  const lifts = given.flatMap(({ profileId, at }) => {
    const email = people.get(profileId)?.state.email;
    // A consent given in the shop is one to the shop's own mails; another brand's list is joined on its own page.
    return email ? [{ key: addressKey(kit.addressSecret, email), sender: homeKey, at }] : [];
  });
  await liftUnsubscribes(tx, lifts);
}

/** Ends a profile's marketing messages that are not on the wire, and tells their runs. */
export async function cancelUnsent(
  kit: Kit,
  tx: Tx,
  which: { profileId: string; state: 'cancelled' | 'skipped'; reason: string },
): Promise<void> {
  const rows = await cancelRows(tx, { profileId: which.profileId }, { ...which, now: kit.clock.now() });
  await followUp(kit, tx, rows);
}

/** The message that an unsubscribe link stands in; null for a token that is not ours. */
export async function subscriber(kit: Kit, token: string): Promise<MessageRow | null> {
  const read = readToken(token);
  if (!read || read.index !== 0) return null;
  if (!isGenuine(kit.render.linkKey, 'u', { ...read, to: '' })) return null;
  return messageById(kit.store, read.message);
}

/** The notice that a confirmation link stands in; null for a token that is not ours. */
export async function confirming(kit: Kit, token: string): Promise<MessageRow | null> {
  const read = readToken(token);
  if (!read || read.index !== 0) return null;
  if (!isGenuine(kit.render.linkKey, 'o', { ...read, to: '' })) return null;
  return messageById(kit.store, read.message);
}

/** An address with its middle hidden. */
export function masked(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}…${address.slice(at)}`;
}
