import '../recommend/recommend.css';
import './message.css';
import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { Components, NewComponent } from '../component/Components.tsx';
import { components } from '../component/query.ts';
import { Coupons, NewPool } from '../coupon/Coupons.tsx';
import { pools } from '../coupon/query.ts';
import { NewSender, Senders } from '../sender/Senders.tsx';
import { senders } from '../sender/query.ts';
import { Suppressions } from '../suppression/Suppressions.tsx';
import { suppressions } from '../suppression/query.ts';
import { NewTheme, Themes } from '../theme/Themes.tsx';
import { themes } from '../theme/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead } from '../ui/Page.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { MessageList } from './MessageList.tsx';
import { templates } from './query.ts';

const parts = ['messages', 'components', 'themes', 'senders', 'coupons', 'suppressions'] as const;
type Part = (typeof parts)[number];

/** What a part of the page shows, and its one action. */
const shown: Record<Part, { Page: ComponentType; New?: ComponentType }> = {
  messages: { Page: MessageList, New: NewMessage },
  senders: { Page: Senders, New: NewSender },
  components: { Page: Components, New: NewComponent },
  themes: { Page: Themes, New: NewTheme },
  coupons: { Page: Coupons, New: NewPool },
  suppressions: { Page: Suppressions },
};

/** What mails say, in whose name, how they look, which codes they give out, and who gets none. */
export function MessagesPage() {
  const { say } = useVoice();
  const { show } = useSearch({ from: '/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const part = parts.find((one) => one === show) ?? 'messages';
  const { Page, New } = shown[part];
  return (
    <div className="page">
      <PageHead
        title={say('nav.messages')}
        answer={useAnswer(part)}
        note={say(part === 'messages' ? 'messages.note' : `messages.note.${part}`)}
      >
        {New && <New />}
      </PageHead>
      <div className="parts-row">
        <SegmentedControl
          value={part}
          aria-label={say('messages.show')}
          data={parts.map((value) => ({ value, label: say(`messages.show.${value}`) }))}
          onChange={(value) => void navigate({ search: { show: value === 'messages' ? undefined : value } })}
        />
      </div>
      <Page />
    </div>
  );
}

/** The first line of each part; undefined while it is being read. */
function useAnswer(part: Part): string | undefined {
  const { say } = useVoice();
  const asked = (of: Part) => ({ enabled: part === of });
  const mails = useQuery({ ...templates, ...asked('messages') }).data;
  const brands = useQuery({ ...senders, ...asked('senders') }).data;
  const looks = useQuery({ ...themes, ...asked('themes') }).data;
  const shared = useQuery({ ...components, ...asked('components') }).data;
  const codes = useQuery({ ...pools, ...asked('coupons') }).data;
  const counts = useQuery({ ...suppressions({}), ...asked('suppressions') }).data?.counts;
  switch (part) {
    case 'messages':
      return mails && say('messages.answer', { count: mails.filter(({ published }) => published !== null).length });
    case 'senders':
      return brands && say('senders.answer', { count: brands.length });
    case 'themes':
      return looks && say('themes.answer', { count: looks.length });
    case 'components':
      return shared && say('components.answer', { count: shared.length });
    case 'coupons':
      return codes && say('coupons.answer', { count: codes.reduce((sum, { free }) => sum + free, 0) });
    case 'suppressions':
      return counts && say('suppressed.answer', { count: Object.values(counts).reduce((sum, n) => sum + n, 0) });
  }
}

function NewMessage() {
  const { say } = useVoice();
  return (
    <May ask="journeys">
      <ButtonLink to="/messages/$key" params={{ key: '+' }}>
        {say('messages.new')}
      </ButtonLink>
    </May>
  );
}
