import type { ShopEvent } from '../event/index.ts';
import type { SignUpState } from './contract-form.ts';
import type { SignUpRow } from './table-form.ts';

/** What is always true of sign-ups. Pure. Source: trust.md §1.8. */

const day = 86_400_000;
/** How long the link in the mail is good. */
export const linkDays = 7;
export const linkMs = linkDays * day;
/** After this a sign-up is forgotten; what was confirmed stands in the profile. */
export const keptMs = 30 * day;
/** Mails that one address may be sent within `keptMs`, so that nobody can be bombed with them. */
export const mailsAtMost = 2;

export function stateOf(row: Pick<SignUpRow, 'confirmedAt' | 'signedUpAt'>, now: number): SignUpState {
  if (row.confirmedAt !== null) return 'confirmed';
  return now >= row.signedUpAt.getTime() + linkMs ? 'expired' : 'pending';
}

/** May the address be sent one more mail that asks for a confirmation? */
export function mayAsk(rows: readonly Pick<SignUpRow, 'mails' | 'signedUpAt'>[], now: number): boolean {
  const lately = rows.filter(({ signedUpAt }) => signedUpAt.getTime() > now - keptMs);
  return lately.reduce((sum, { mails }) => sum + mails, 0) < mailsAtMost;
}

/**
 * What the log is told once a sign-up holds: that it was asked, and that it was given, each with what proves it. Until
 * then it is told nothing, because nobody has shown that the address is theirs.
 *
 * @param how level 2: the mailbox said so; level 3: the shop's server did
 */
export function confirmedEvents(
  row: SignUpRow,
  how: { at: number; level: 2 | 3; ipPrefix: string | null },
): ShopEvent[] {
  const asked = row.signedUpAt.getTime();
  const given: ShopEvent = {
    ...signUpEvent(row, { what: 'given', at: how.at, level: how.level, ipPrefix: how.ipPrefix ?? row.ipPrefix }),
    types: ['profile.asserted', 'profile.consent'],
    attributes: {
      email: row.email,
      ...(row.said.firstName === undefined ? {} : { firstName: row.said.firstName }),
      ...(row.said.timeZone === undefined ? {} : { timeZone: row.said.timeZone }),
      ...(row.said.language === undefined ? {} : { language: row.said.language }),
    },
    consent: { 'email-marketing': 'in' },
  };
  if (how.level === 3) return [given];
  const pending: ShopEvent = {
    ...signUpEvent(row, { what: 'asked', at: asked, level: how.level, ipPrefix: row.ipPrefix }),
    types: ['profile.consent'],
    consent: { 'email-marketing': 'pending' },
  };
  return [pending, given];
}

function signUpEvent(
  row: SignUpRow,
  about: { what: string; at: number; level: 2 | 3; ipPrefix: string | null },
): ShopEvent {
  const email = { namespace: 'email', id: row.address };
  return {
    id: `${row.id}:${about.what}`,
    source: `form:${row.form}`,
    types: ['profile.consent'],
    happenedAt: about.at,
    receivedAt: about.at,
    level: about.level,
    visitor: row.said.ecid === undefined ? `email:${row.address}` : `ecid:${row.said.ecid}`,
    identities: row.said.ecid === undefined ? [email] : [email, { namespace: 'ecid', id: row.said.ecid }],
    proof: {
      channel: 'email',
      basis: 'consent',
      wording: row.wording,
      place: `form:${row.form}${row.page === null ? '' : ` ${row.page}`}`,
      ...(about.ipPrefix === null ? {} : { ipPrefix: about.ipPrefix }),
    },
  };
}

/** 203.0.113.77 → 203.0.113.0/24, 2001:db8:1:2::9 → 2001:db8:1::/48: enough to tell where from, not who. */
export function ipPrefixOf(ip: string): string | null {
  const four = /^(?:::ffff:)?(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/i.exec(ip)?.[1];
  if (four !== undefined) return `${four}.0/24`;
  if (!/^[0-9a-f:]{2,39}$/i.test(ip) || !ip.includes(':')) return null;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const front = head.split(':').filter((group) => group !== '');
  const back = tail?.split(':').filter((group) => group !== '').length ?? 0;
  while (front.length < 3 && front.length + back < 8) front.push('0');
  return `${front.slice(0, 3).join(':')}::/48`;
}
