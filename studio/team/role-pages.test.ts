import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider, createMemoryHistory, createRouter } from '@tanstack/react-router';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MeView } from '../../src/api/contract-team.ts';
import { invent } from '../mock/world.ts';
import { router as pages } from '../route.tsx';
import { UndoProvider } from '../ui/undo.tsx';
import { VoiceProvider } from '../ui/voice.tsx';
import { me } from './query.ts';

/**
 * Every page as it is drawn for each role, over the invented shop and without a browser: a button stands there only for whom the
 * server would not refuse it.
 */
const paths = [
  '/',
  '/journeys',
  '/journeys/abandoned-cart',
  '/journeys/abandoned-cart/versions',
  '/reports',
  '/stuck',
  '/ledger',
  '/people',
  '/people/p-1',
  '/audiences',
  '/audiences/wanderers',
  '/audiences/friends',
  '/feeds',
  '/incoming',
  '/mailbox',
  '/messages',
  '/messages?show=senders',
  '/messages?show=themes',
  '/messages?show=coupons',
  '/catalogue',
  '/recommendations',
  '/recommendations?show=rules',
  '/recommendations?show=lists',
  '/recommendations?show=designs',
  '/recommendations?show=offers',
  '/recommendations?show=activities',
  '/recommendations?show=backtests',
  '/recommendations/popular',
  '/rules/exclusions/x',
  '/settings',
  '/settings?show=shop',
  '/settings?show=keys',
  '/settings?show=signUps',
  '/settings?show=team',
];
beforeAll(() => {
  const answer = invent(false);
  const reach = async (path: string, send: { method?: string; body?: string } = {}) => {
    const body: unknown =
      typeof send.body === 'string' && send.body.startsWith('{') ? JSON.parse(send.body) : send.body;
    const { status, value } = answer(send.method ?? 'GET', path.replace(/^\/v1/, ''), body);
    return new Response(JSON.stringify(value), { status });
  };
  vi.stubGlobal('fetch', reach);
  vi.stubGlobal('navigator', { languages: ['en'], platform: '', userAgent: '' });
});
afterAll(() => {
  vi.unstubAllGlobals();
});

/** What each role has (src/team/role.ts), and some buttons that are there only for whom may. */
const all = { scopes: ['*'], rights: ['team', 'export', 'lift', 'publish'], reads: false };
const roles: Readonly<Record<string, Pick<MeView, 'scopes' | 'rights' | 'reads'>>> = {
  owner: all as MeView,
  marketer: {
    scopes: ['read', 'people', 'items', 'journeys', 'messages', 'recommend', 'clock'],
    rights: ['export', 'publish'],
    reads: false,
  },
  viewer: { scopes: ['read', 'people'], rights: [], reads: true },
};

/** Buttons that only look, choose or turn pages; whatever else stands on a page for a viewer would be refused. */
const looks = [
  /^(Hide these steps|Closer|Farther|Show all|Compare|Previous|Next|Older|To the newest|Pause|Show \d+ more|)$/,
  /^Sort by /,
  /^(Take condition \d+ out|Add a condition)$/,
  // Cards of the canvas, lines of the ledger, items of a preview, lines of what came in.
  /here now/,
  /^(Accepted|Left out|Held|Tried again|In doubt|Given up|Refused|In quarantine)/,
  /^\d+ .*€/,
  /[a-z]\. [a-z]|^POST /,
  /^Produktempfehlungsdarstellungsereignis/,
];

const meOf = (role: string) =>
  ({ ...roles[role], state: 'signed-in', proof: null, wantsCodes: false, service: null, member }) as MeView;
const member = {
  id: 'm-0',
  email: 'ada@butiken.example',
  name: 'Ada',
  role: 'viewer',
  invited: false,
  codes: false,
  createdAt: '2026-11-01T00:00:00Z',
  seenAt: null,
};

async function drawn(path: string, who: MeView): Promise<string> {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  client.setQueryData(me.queryKey, who);
  const router = createRouter({ routeTree: pages.routeTree, history: createMemoryHistory({ initialEntries: [path] }) });
  await router.load();
  let html = '';
  // Drawn again until nothing more is asked for: what a page asks is known only once it has been drawn.
  for (let pass = 0; pass < 6; pass += 1) {
    html = renderToString(
      createElement(
        MantineProvider,
        null,
        createElement(
          QueryClientProvider,
          { client },
          createElement(
            VoiceProvider,
            null,
            createElement(UndoProvider, null, createElement(RouterProvider, { router })),
          ),
        ),
      ),
    );
    const open = client
      .getQueryCache()
      .findAll({ predicate: ({ state }) => state.data === undefined && state.error === null });
    if (open.length === 0) break;
    await Promise.all(open.map((query) => query.fetch().catch(() => {})));
  }
  return html;
}

/** What the buttons of the page itself say; those of the bar and the rail are for everybody. */
function buttonsOf(html: string): string[] {
  const main = html.slice(html.indexOf('<main'));
  return [...main.matchAll(/<button([^>]*)>(.*?)<\/button>/gs)].map(([, about = '', inside = '']) =>
    (/aria-label="([^"]*)"/.exec(about)?.[1] ?? inside.replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ').trim(),
  );
}

const pageFor = async (role: string, path: string) => buttonsOf(await drawn(path, meOf(role)));

describe('what a role may not', () => {
  it('is not offered to those who may only look, on any page', async () => {
    for (const path of paths) {
      const refused = (await pageFor('viewer', path)).filter((one) => !looks.some((look) => look.test(one)));
      expect([path, refused]).toEqual([path, []]);
    }
  }, 120_000);

  it.each([
    ['owner', '/stuck', 'Try again', true],
    ['marketer', '/stuck', 'Try again', true],
    ['owner', '/people/p-1', 'Part again', true],
    ['marketer', '/people/p-1', 'Part again', false],
    ['owner', '/incoming', 'Put all back', true],
    ['marketer', '/incoming', 'Put all back', false],
    ['marketer', '/audiences/wanderers', 'Save', true],
    ['marketer', '/recommendations?show=backtests', 'Run a backtest', true],
    ['owner', '/journeys/abandoned-cart/versions', 'Make it live again', true],
  ])('is known of %s at %s: “%s” %s', async (role, path, word, isThere) => {
    expect((await pageFor(role, path)).includes(word)).toBe(isThere);
  });
});
