import { useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import {
  IconBuildingStore,
  IconChartHistogram,
  IconDatabaseImport,
  IconDoorEnter,
  IconHandStop,
  IconHome,
  IconListDetails,
  IconMail,
  IconMailbox,
  IconPackage,
  IconRoute,
  IconSettings,
  IconSparkles,
  IconUsers,
  IconUsersGroup,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { type RefObject, Suspense, lazy, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { environment, mailbox } from '../api/query.ts';
import { ClockProgress, ClockWord } from '../clock/ClockWord.tsx';
import { useAdvance } from '../clock/advance.ts';
import { Mark } from '../ui/Mark.tsx';
import { useSees } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';
import type { Key } from '../words/words.ts';
import { TopBar } from './TopBar.tsx';

const Palette = lazy(async () => ({ default: (await import('./Palette.tsx')).Palette }));

export interface PageEntry {
  to:
    | '/'
    | '/journeys'
    | '/messages'
    | '/recommendations'
    | '/reports'
    | '/people'
    | '/audiences'
    | '/catalogue'
    | '/feeds'
    | '/incoming'
    | '/mailbox'
    | '/ledger'
    | '/stuck'
    | '/settings';
  word: Key;
  Icon: TablerIcon;
  /** Found by searching, and from the pages that it belongs to. */
  apart?: true;
  /** Names people: not for those who see numbers alone. */
  ofPeople?: true;
}

/** Only pages that work stand in the rail; the mailbox only where there is one. */
const pages: PageEntry[] = [
  { to: '/', word: 'nav.home', Icon: IconHome },
  { to: '/journeys', word: 'nav.journeys', Icon: IconRoute },
  { to: '/messages', word: 'nav.messages', Icon: IconMail },
  { to: '/ledger', word: 'nav.ledger', Icon: IconListDetails },
  { to: '/recommendations', word: 'nav.recommendations', Icon: IconSparkles },
  { to: '/reports', word: 'nav.reports', Icon: IconChartHistogram },
  { to: '/people', word: 'nav.people', Icon: IconUsers, ofPeople: true },
  { to: '/audiences', word: 'nav.audiences', Icon: IconUsersGroup },
  { to: '/catalogue', word: 'nav.catalogue', Icon: IconPackage },
  { to: '/feeds', word: 'nav.feeds', Icon: IconDatabaseImport },
  { to: '/incoming', word: 'nav.incoming', Icon: IconDoorEnter },
  { to: '/mailbox', word: 'nav.mailbox', Icon: IconMailbox, ofPeople: true },
  { to: '/stuck', word: 'nav.stuck', Icon: IconHandStop, apart: true },
  { to: '/settings', word: 'nav.settings', Icon: IconSettings },
];

/** Sections whose pages stand within another. */
const within: Record<string, string> = Object.fromEntries([
  ...['rules', 'lists', 'designs', 'offers', 'activities'].map((section) => [section, '/recommendations']),
  ...['senders', 'themes', 'components', 'coupons'].map((section) => [section, '/messages']),
  ['sign-ups', '/settings'],
]);

export function usePages(): PageEntry[] {
  const { error } = useQuery({ ...mailbox, refetchInterval: false, staleTime: 60_000 });
  const sees = useSees('people');
  const none = error instanceof ApiError && error.problem.status === 404;
  return pages.filter(({ to, ofPeople }) => (to !== '/mailbox' || !none) && (ofPeople !== true || sees));
}

/** The frame around every page: rail, top bar, the clock's word, the page. */
export function Shell() {
  const { say } = useVoice();
  const [searching, setSearching] = useState(false);
  const advance = useAdvance();
  useHotkeys([['mod+K', () => setSearching(true)]], []);
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <Rail />
      <div className="main">
        <TopBar onSearch={() => setSearching(true)} advance={advance} />
        <ClockProgress advance={advance} />
        <ClockWord advance={advance} />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {searching && (
        <Suspense>
          <Palette onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** On a narrow screen the rail is a row that scrolls; the page that is open stays in sight. */
function useOpenInSight(): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => {
    const row = list.current;
    const link = row?.querySelector<HTMLElement>('[aria-current="page"]');
    if (!row || !link || row.scrollWidth <= row.clientWidth) return;
    row.scrollLeft = link.offsetLeft - (row.clientWidth - link.offsetWidth) / 2;
  }, [path]);
  return list;
}

function Rail() {
  const { say } = useVoice();
  const list = useOpenInSight();
  const entries = usePages().filter(({ apart }) => !apart);
  const { data } = useQuery(environment);
  const section = useLocation({ select: (location) => location.pathname.split('/')[1] ?? '' });
  return (
    <nav className="rail" aria-label={say('nav.label')}>
      <Link to="/" className="brand" aria-label={say('brand.says')}>
        <Mark size={24} />
        <span>Beckon</span>
      </Link>
      <ul ref={list}>
        {entries.map(({ to, word, Icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={within[section] === to ? 'rail-link active' : 'rail-link'}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Icon size={18} stroke={1.5} aria-hidden="true" />
              <span>{say(word)}</span>
            </Link>
          </li>
        ))}
        {data?.shopUrl && (
          <li className="rail-last">
            <a className="rail-link" href={data.shopUrl} target="_blank" rel="noreferrer">
              <IconBuildingStore size={18} stroke={1.5} aria-hidden="true" />
              <span>{say('nav.shop')}</span>
            </a>
          </li>
        )}
      </ul>
    </nav>
  );
}
