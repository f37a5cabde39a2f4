import { Tabs, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconArrowLeft, IconMailbox, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Mail, MailRow } from '../../src/api/contract.ts';
import { mail, mailbox, environment } from '../api/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { PageHead, ShopLink } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { MailFrame } from './MailFrame.tsx';

/** The built-in mailbox: a list and a reading pane. */
export function MailboxPage() {
  const { say } = useVoice();
  const { id } = useParams({ strict: false });
  const { data, error, refetch } = useQuery(mailbox);
  const inDemo = useQuery(environment).data?.demo === true;
  return (
    <div className={id === undefined ? 'mailbox' : 'mailbox mailbox-reading'}>
      <div className="mail-side">
        <PageHead
          title={say('mailbox.title')}
          answer={
            data && data.length > 0
              ? say(data.length < doorLimit ? 'mailbox.answer' : 'mailbox.newest', { count: data.length })
              : undefined
          }
        />
        {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
        {!data && !error && <Rows count={8} height={40} />}
        {data && data.length > 0 && <MailList rows={data} chosen={id} />}
        {data?.length === 0 && (
          <Empty
            title={say('mailbox.empty')}
            says={say('mailbox.emptySays') + (inDemo ? ` ${say('mailbox.emptyDemo')}` : '')}
            icon={<IconMailbox stroke={1.5} />}
          >
            <ShopLink />
          </Empty>
        )}
      </div>
      <div className="mail-pane">
        {id !== undefined && <Reading key={id} id={id} />}
        {id === undefined && data && data.length > 0 && <p className="quiet mail-choose">{say('mailbox.choose')}</p>}
      </div>
    </div>
  );
}

/** The door gives no more than this many, the newest. */
const doorLimit = 5000;
const shownAtOnce = 200;

function MailList({ rows, chosen }: { rows: MailRow[]; chosen: string | undefined }) {
  const { say, moment } = useVoice();
  const { q = '' } = useSearch({ strict: false });
  const navigate = useNavigate();
  const wanted = q.toLocaleLowerCase();
  const found = rows.filter((row) => `${row.to} ${row.subject}`.toLocaleLowerCase().includes(wanted));
  const left = found.length - shownAtOnce;
  return (
    <>
      <TextInput
        className="filter"
        value={q}
        placeholder={say('mailbox.filter')}
        aria-label={say('mailbox.filter')}
        leftSection={<IconSearch size={16} stroke={1.5} />}
        onChange={(event) =>
          void navigate({ to: '.', search: { q: event.currentTarget.value || undefined }, replace: true })
        }
      />
      {found.length === 0 && <p className="quiet">{say('mailbox.noneMatch', { query: q })}</p>}
      <ul className="mails">
        {found.slice(0, shownAtOnce).map((row) => (
          <li key={row.id}>
            <Link
              to="/mailbox/$id"
              params={{ id: row.id }}
              search={{ q: q || undefined }}
              className="mail-row"
              aria-current={row.id === chosen ? 'true' : undefined}
            >
              <b>{row.subject}</b>
              <span className="quiet mail-to">{row.to}</span>
              <time className="quiet" dateTime={row.at}>
                {moment(row.at)}
              </time>
            </Link>
          </li>
        ))}
      </ul>
      {left > 0 && <p className="quiet">{say('person.more', { count: left })}</p>}
    </>
  );
}

function Reading({ id }: { id: string }) {
  const { say, clockFace } = useVoice();
  const { data, error, refetch } = useQuery(mail(id));
  return (
    <article className="reading-pane">
      <TextLink to="/mailbox" className="mail-back" size="sm">
        <IconArrowLeft size={16} stroke={1.5} aria-hidden="true" /> {say('mailbox.back')}
      </TextLink>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={6} />}
      {data && (
        <>
          <header className="mail-head">
            <h2>{data.subject}</h2>
            <dl>
              <dt>{say('mailbox.from')}</dt>
              <dd>{data.from}</dd>
              <dt>{say('mailbox.to')}</dt>
              <dd>{data.to}</dd>
              <dt>{say('mailbox.at')}</dt>
              <dd>{clockFace(data.at)}</dd>
            </dl>
          </header>
          <Parts data={data} />
        </>
      )}
    </article>
  );
}

function Parts({ data }: { data: Mail }) {
  const { say } = useVoice();
  return (
    <Tabs defaultValue="html" keepMounted={false} className="mail-tabs">
      <Tabs.List>
        <Tabs.Tab value="html">{say('mailbox.html')}</Tabs.Tab>
        <Tabs.Tab value="text">{say('mailbox.text')}</Tabs.Tab>
        <Tabs.Tab value="headers">{say('mailbox.headers')}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="html" className="mail-seen">
        <MailFrame subject={data.subject} html={data.html} links />
      </Tabs.Panel>
      <Tabs.Panel value="text">
        {data.text === '' ? (
          <p className="quiet">{say('mailbox.noText')}</p>
        ) : (
          <pre className="mail-text">{data.text}</pre>
        )}
      </Tabs.Panel>
      <Tabs.Panel value="headers">
        <dl className="mail-headers">
          {Object.entries(data.headers).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Tabs.Panel>
    </Tabs>
  );
}
