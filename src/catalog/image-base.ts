import { BeckonError } from '../base/index.ts';
import { errors } from './error.ts';
import { itemLimits, shown } from './limit.ts';

/**
 * What may stand before addresses of pictures: an address, or null for nothing.
 *
 * @throws ITEM_IMAGE_BASE_INVALID
 */
export function checkImageBase(base: string | null): string | null {
  if (base === null) return null;
  const text = base.trim();
  const isAddress = /^https?:\/\/[^\s?#]+$/.test(text) && text.length <= itemLimits.url && URL.canParse(text);
  if (isAddress) return text;
  throw new BeckonError(errors.ITEM_IMAGE_BASE_INVALID, `${shown(base)} is no base for addresses of pictures`);
}

/** Put before, and not resolved: `/a.png` after a base with a path stays below that path, as Target has it (CAT-5). */
export function withBase(base: string, address: string): string {
  if (/^(?:[a-z][a-z\d+.-]*:|\/\/)/i.test(address)) return address;
  return `${base.replace(/\/+$/, '')}/${address.replace(/^\/+/, '')}`;
}
