import { blankState, viewOf } from '../profile/index.ts';
import { isGenuine, readToken } from './link.ts';
import { codesShown } from './coupon.ts';
import type { Kit } from './part.ts';
import { renderMail } from './render.ts';
import { messageById } from './table.ts';
import { sentVersion } from './table-template.ts';
import type { Templates } from './template.ts';

/** A mail in a browser: its HTML, or why there is nothing to show any more. */
export type Mirror = { html: string } | { gone: string };

/**
 * Makes a mail anew for the browser, from the version it was sent from and what its run had gathered, with prices and
 * stock of this moment: nothing personal stands in the address, and long lists break nothing (journeys §5.50). Its links
 * are those of the mail that was sent; what was not in it is linked without being counted. Null for a foreign token.
 */
export async function mirrorOf(kit: Kit, templates: Templates, token: string): Promise<Mirror | null> {
  const read = readToken(token);
  const row = read && (await messageById(kit.store, read.message));
  if (!read || !row || !isGenuine(kit.render.linkKey, 'm', { ...read, to: '' })) return null;
  const version = await sentVersion(kit.store, row.id);
  const name = version === null || row.template.includes('@') ? row.template : `${row.template}@${version}`;
  const template = (await templates.compiled([name])).get(name);
  if (!template) return { gone: 'its template is gone' };
  const known = row.to === null ? await kit.profiles.get(row.profileId) : null;
  const now = kit.clock.now();
  const nobody = { id: row.profileId, shard: row.shard, version: 0, state: blankState(row.plannedAt) };
  const profile = viewOf(known ?? nobody, now);
  const timeZone = profile.timeZone ?? kit.shop.zone;
  const codes = await codesShown(kit, { id: row.id, pools: template.pools });
  const input = { template, messageId: row.id, context: row.context, profile, now, timeZone, codes, sent: row.links };
  const brand = await kit.senders.brand(row.sender ?? template.sender);
  const made = renderMail(input, brand.render);
  if ('mail' in made) return { html: made.mail.html };
  return { gone: 'skip' in made ? 'what it showed is not sold any more' : 'it cannot be made again' };
}
