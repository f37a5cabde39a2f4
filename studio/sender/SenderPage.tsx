import '../recommend/recommend.css';
import './sender.css';
import { Button, CopyButton, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { Sender, SenderCheck, SenderView } from '../../src/api/contract-sender.ts';
import { themes } from '../theme/query.ts';
import { faultAt } from '../ui/fault.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { OnePage, type Place, TakeThingAway, ThingForm } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { languages } from '../words/words.ts';
import { inputOf, sender, senderCheck, senderPath, senders, ways } from './query.ts';

/** One brand that mails go out for: what is written of it, what DNS must say, and whether it does. `+` makes a new one. */
export function SenderPage() {
  const { key } = useParams({ from: '/senders/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownSender key={key} senderKey={key} />;
  return (
    <div className="page">
      <PageHead title={say('senders.new')} answer={say('senders.newAnswer')} note={say('rule.newNote')} />
      <SenderForm known={null} />
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: senderPath,
    cache: ['senders'],
    open: (key) => navigate({ to: '/senders/$key', params: { key } }),
    leave: () => navigate({ to: '/messages', search: { show: 'senders' } }),
  };
}

function KnownSender({ senderKey }: { senderKey: string }) {
  const { say, moment } = useVoice();
  const place = usePlace();
  return (
    <OnePage query={useQuery(sender(senderKey))}>
      {(data) => (
        <>
          <PageHead
            title={data.sender.name}
            answer={say('senders.oneAnswer', { name: data.sender.name, from: addressOf(data.sender.from) })}
            note={
              data.savedAt === null
                ? say('senders.settingsSays')
                : say('senders.savedAt', { time: moment(data.savedAt) })
            }
          >
            {data.origin === 'shop' && (
              <TakeThingAway place={place} thing={{ key: data.key, name: data.sender.name }} before={inputOf(data)} />
            )}
          </PageHead>
          {data.origin === 'shop' ? <SenderForm key={data.savedAt} known={data} /> : <Beside known={data} />}
        </>
      )}
    </OnePage>
  );
}

const texts = ['from', 'replyTo', 'shopUrl', 'linkUrl', 'returnDomain', 'listDomain'] as const;
const holds: Record<(typeof texts)[number], string> = {
  from: '"Loom Workshop" <hello@mail.workshop.example>',
  replyTo: 'bench@workshop.example',
  shopUrl: 'https://workshop.example',
  linkUrl: 'https://links.workshop.example',
  returnDomain: 'return.workshop.example',
  listDomain: 'mail.workshop.example',
};

function SenderForm({ known }: { known: SenderView | null }) {
  const { say } = useVoice();
  const place = usePlace();
  const begin: Sender = known ? inputOf(known) : { name: '', from: '', dkim: [{ selector: 'bk1' }] };
  const others = useQuery(senders).data?.map(({ key, sender: { name } }) => ({ key, name }));
  return (
    <ThingForm<Sender>
      place={place}
      title={say('senders.panel')}
      keyHint={say('senders.keySays')}
      known={known && { key: known.key, name: known.sender.name }}
      others={others}
      begin={begin}
      isReady={({ from }) => /@.+\./.test(from)}
      faultsAt={texts.map((field) => `/${field}`)}
      beside={() => <Beside known={known} />}
    >
      {(draft, change, error) => <Fields draft={draft} change={change} error={error} />}
    </ThingForm>
  );
}

function Fields({ draft, change, error }: { draft: Sender; change: (next: Sender) => void; error: unknown }) {
  const { say } = useVoice();
  const put = (field: keyof Sender, value: string) => {
    const { [field]: _before, ...rest } = draft;
    change((value === '' && field !== 'from' ? rest : { ...rest, [field]: value }) as Sender);
  };
  const known = useQuery(themes).data ?? [];
  const choice = useQuery(ways).data ?? [];
  return (
    <>
      {texts.map((field) => (
        <TextInput
          key={field}
          label={say(`senders.${field}`)}
          description={field === 'from' ? undefined : say(`senders.${field}Says`)}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          classNames={{ input: 'code' }}
          value={draft[field] ?? ''}
          placeholder={holds[field]}
          spellCheck={false}
          error={faultAt(error, `/${field}`)}
          onChange={(event) => put(field, event.currentTarget.value.trimStart())}
        />
      ))}
      <Textarea
        label={say('senders.postalAddress')}
        description={say('senders.postalAddressSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.postalAddress ?? ''}
        autosize
        minRows={1}
        onChange={(event) => put('postalAddress', event.currentTarget.value)}
      />
      <Select
        label={say('senders.theme')}
        value={draft.theme ?? ''}
        data={[
          { value: '', label: say('senders.themeNone') },
          ...known.map(({ key, theme }) => ({ value: key, label: theme.name })),
        ]}
        allowDeselect={false}
        onChange={(value) => put('theme', value ?? '')}
      />
      <Select
        label={say('senders.language')}
        description={say('senders.languageSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.language ?? ''}
        data={[
          { value: '', label: say('senders.languageNone') },
          ...languages.map(({ code, name }) => ({ value: code as string, label: name })),
        ]}
        allowDeselect={false}
        onChange={(value) => put('language', value ?? '')}
      />
      {choice.length > 0 && (
        <Select
          label={say('senders.way')}
          value={draft.way ?? ''}
          data={[{ value: '', label: say('senders.wayNone') }, ...choice]}
          allowDeselect={false}
          onChange={(value) => put('way', value ?? '')}
        />
      )}
      <Switch
        label={say('senders.signed')}
        description={say('senders.signedSays')}
        checked={(draft.dkim ?? []).length > 0}
        onChange={(event) => {
          const { dkim: _before, ...rest } = draft;
          change(event.currentTarget.checked ? { ...rest, dkim: [{ selector: 'bk1' }] } : rest);
        }}
      />
    </>
  );
}

function Beside({ known }: { known: SenderView | null }) {
  return (
    <div className="sender-beside">
      <Records known={known} />
      {known && <Looked senderKey={known.key} />}
    </div>
  );
}

/** What DNS must say, to copy from here. */
function Records({ known }: { known: SenderView | null }) {
  const { say } = useVoice();
  const domain = known ? domainOf(known.sender.from) : '';
  const returns = known?.sender.returnDomain ?? domain;
  const rows = known
    ? [
        ...known.dkim.map(({ host, record }) => ({ type: 'TXT', host, record })),
        { type: 'TXT', host: returns, record: 'v=spf1 include:… -all' },
        { type: 'TXT', host: `_dmarc.${domain}`, record: `v=DMARC1; p=none; rua=mailto:postmaster@${domain}` },
      ]
    : [];
  return (
    <Panel title={say('senders.records')}>
      {rows.length === 0 ? (
        <p className="quiet">{say('senders.recordsLater')}</p>
      ) : (
        <ul className="plain-list records">
          {rows.map(({ type, host, record }) => (
            <li key={`${host} ${record}`}>
              <span className="quiet">{type}</span> <b className="code breaks">{host}</b>
              <code className="record">{record}</code>
              <CopyButton value={record}>
                {({ copied, copy }) => (
                  <Button size="xs" variant="default" className="fits" onClick={copy}>
                    {say(copied ? 'senders.copied' : 'senders.copy')}
                  </Button>
                )}
              </CopyButton>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function addressOf(from: string): string {
  return /([^<\s]+@[^>\s]+)>?\s*$/.exec(from)?.[1] ?? from;
}

function domainOf(from: string): string {
  return addressOf(from).split('@').at(-1)!;
}

const signs = { ok: IconCheck, warn: IconAlertTriangle, fail: IconX };

/** Whether DNS and the mail host say so, asked now. */
function Looked({ senderKey }: { senderKey: string }) {
  const { say } = useVoice();
  const { data, error, isFetching, refetch } = useQuery(senderCheck(senderKey));
  return (
    <Panel title={say('senders.state')}>
      <p className="quiet">{say('senders.stateSays')}</p>
      {error && <ProblemNote error={error} />}
      <div role="status">{data && <Findings findings={data.findings} />}</div>
      <div className="actions">
        <Button size="xs" variant="default" loading={isFetching} onClick={() => void refetch()}>
          {say('senders.look')}
        </Button>
      </div>
    </Panel>
  );
}

function Findings({ findings }: { findings: SenderCheck['findings'] }) {
  const { say } = useVoice();
  return (
    <ul className="plain-list findings">
      {findings.map(({ level, what, mend }) => {
        const Icon = signs[level];
        return (
          <li key={what} className={`finding finding-${level}`}>
            <Icon size={16} stroke={1.5} aria-label={say(`senders.level.${level}`)} />
            <span className="breaks">
              {what}
              {mend !== undefined && <span className="quiet"> {mend}</span>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
