import { type Raw, isRaw } from '../form/schema.ts';

/** Whether an action asks our own door what to recommend. Pure. */
export function asksToRecommend({ kind, url, body }: Raw): boolean {
  return kind === 'action' && String(url).endsWith('/v1/recommendations') && isRaw(body);
}
