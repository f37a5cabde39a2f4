import { SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { TemplateDocument } from '../../src/api/contract-message.ts';
import { frameOf } from '../mailbox/frame.ts';
import { PersonSelect } from '../recommend/ItemSelect.tsx';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { languagesIn, withoutPictures } from './edit.ts';
import { preview, type As } from './query.ts';

const golden = ['usual', 'long-name', 'no-name', 'empty-cart', 'twelve-items', 'swedish', 'german'] as const;
const views = ['mail', 'text', 'mjml'] as const;

/** As whom: a golden recipient or a person in one of their runs; it stands in the address. */
export function useAs(): [As, (change: As) => void] {
  const search: As = useSearch({ from: '/messages/$key' });
  const navigate = useNavigate({ from: '/messages/$key' });
  const put = (change: As) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  return [search, put];
}

/** The mail side by side: wide, narrow, in the dark, and with pictures off. */
export function Stage({ templateKey, document }: { templateKey: string; document: TemplateDocument }) {
  const { say, number } = useVoice();
  const [as] = useAs();
  const [view, setView] = useState<(typeof views)[number]>('mail');
  const { data, error } = useQuery(preview(templateKey, document, as));
  const mail = data?.mail;
  return (
    <Panel
      title={say('messages.preview')}
      aside={
        mail && <span className="quiet">{say('messages.size', { size: number(Math.ceil(mail.size / 1024)) })}</span>
      }
    >
      <Whom document={document} runs={data?.runs ?? []} run={data?.run ?? null} />
      <SegmentedControl
        size="xs"
        value={view}
        aria-label={say('messages.view')}
        data={views.map((value) => ({ value, label: say(`messages.view.${value}`) }))}
        onChange={(value) => setView(views.find((one) => one === value) ?? 'mail')}
      />
      {error ? (
        <ProblemNote error={error} />
      ) : !data ? (
        <Rows count={6} height={40} />
      ) : !mail ? (
        <p role="status">{say('messages.noMail', { whom: data.whom, why: data.why ?? '' })}</p>
      ) : (
        <>
          <p className="stage-subject">
            <span className="quiet">{say('messages.field.subject')}</span> <b>{mail.subject}</b>
          </p>
          {hasPool(document) && <p className="quiet">{say('messages.sampleCode')}</p>}
          {view === 'mail' && <Frames html={mail.html} subject={mail.subject} />}
          {view === 'text' && (
            // Long texts are scrolled by keyboard, too.
            <pre className="raw" tabIndex={0}>
              {mail.text}
            </pre>
          )}
          {view === 'mjml' && (
            <pre className="raw" tabIndex={0}>
              {data.mjml}
            </pre>
          )}
        </>
      )}
    </Panel>
  );
}

/** Is a code of a pool printed? Here it is a sample. */
function hasPool({ blocks }: TemplateDocument): boolean {
  const all = blocks.flatMap((block) =>
    block.kind === 'columns' ? block.columns.flatMap((one) => one.blocks) : [block],
  );
  return all.some((block) => block.kind === 'coupon' && block.pool !== undefined);
}

function Whom({
  document,
  runs,
  run,
}: {
  document: TemplateDocument;
  runs: readonly { run: string; journey: string; enteredAt: string }[];
  run: string | null;
}) {
  const { say, moment } = useVoice();
  const [as, put] = useAs();
  return (
    <div className="stage-whom">
      <Select
        label={say('messages.golden')}
        value={as.person === undefined ? (as.golden ?? 'usual') : null}
        placeholder={say('messages.aPerson')}
        data={golden.map((value) => ({ value, label: say(`messages.golden.${value}`) }))}
        onChange={(value) => put({ golden: value ?? undefined, person: undefined, run: undefined })}
      />
      <PersonSelect chosen={as.person ?? null} onChoose={(id) => put({ person: id ?? undefined, run: undefined })} />
      {runs.length > 0 && (
        <Select
          label={say('messages.run')}
          value={run}
          placeholder={say('messages.noRun')}
          data={runs.map((one) => ({ value: one.run, label: `${one.journey}, ${moment(one.enteredAt)}` }))}
          onChange={(value) => put({ run: value ?? undefined })}
        />
      )}
      <Select
        label={say('messages.readsIn')}
        value={as.language ?? ''}
        data={[{ value: '', label: say('messages.own') }, ...languagesIn(document)]}
        allowDeselect={false}
        onChange={(value) => put({ language: value || undefined })}
      />
    </div>
  );
}

const frames = [
  { name: 'wide', width: 600, dark: false, pictures: true },
  { name: 'narrow', width: 320, dark: false, pictures: true },
  { name: 'dark', width: 320, dark: true, pictures: true },
  { name: 'off', width: 320, dark: false, pictures: false },
] as const;

/** Each is drawn smaller, so that all four stand side by side. */
const shownWidth = 224;
const frameHeight = 400;

function Frames({ html, subject }: { html: string; subject: string }) {
  const { say } = useVoice();
  return (
    <div className="stage">
      {frames.map(({ name, width, dark, pictures }) => (
        <figure key={name}>
          <figcaption>{say(`messages.frame.${name}`)}</figcaption>
          <div className="stage-window" style={{ width: shownWidth, height: frameHeight }}>
            <iframe
              className={dark ? 'stage-frame stage-frame-dark' : 'stage-frame'}
              title={`${subject}: ${say(`messages.frame.${name}`)}`}
              sandbox=""
              referrerPolicy="no-referrer"
              srcDoc={frameOf(pictures ? html : withoutPictures(html), dark)}
              style={{ width, height: (frameHeight * width) / shownWidth, transform: `scale(${shownWidth / width})` }}
            />
          </div>
        </figure>
      ))}
    </div>
  );
}
