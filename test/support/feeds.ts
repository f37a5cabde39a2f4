import { BeckonError } from '../../src/base/index.ts';
import type { House } from '../../src/api/index.ts';

/** No feeds at all. */
export function fakeFeeds(): House['feeds'] {
  const kind = { code: 'FEED_UNKNOWN', status: 404, mend: 'See the feeds with GET /v1/feeds' };
  const none = () => Promise.reject(new BeckonError(kind, 'There is no such feed'));
  return {
    list: async () => [],
    get: none,
    put: none,
    remove: none,
    send: none,
    run: none,
    runs: none,
    runOf: none,
    faults: none,
    cancel: none,
    approve: none,
  };
}
