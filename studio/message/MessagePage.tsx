import '../recommend/recommend.css';
import './message.css';
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Block, TemplateDocument, TemplateFinding, TemplateView } from '../../src/api/contract-message.ts';
import { ask } from '../api/client.ts';
import { isKeyForm, keyOf } from '../audience/rule.ts';
import { KeyField } from '../ui/KeyField.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { PageSkeleton, ProblemNote } from '../ui/State.tsx';
import { Written } from '../ui/Written.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { JsonInput, WordsInput } from './BlockFields.tsx';
import { Blocks, Findings } from './Blocks.tsx';
import { beginnings, blank, blockOf, languagesIn, ownLanguage } from './edit.ts';
import { History } from './History.tsx';
import { Proof } from './Proof.tsx';
import { check, template, templatePath, templates } from './query.ts';
import { senders } from '../sender/query.ts';
import { themes } from '../theme/query.ts';
import { Stage } from './Stage.tsx';

/** One message template: its blocks, what is wrong with it, and how it looks to whom. `+` makes a new one. */
export function MessagePage() {
  const { key } = useParams({ from: '/messages/$key' });
  return key === '+' ? <Editor known={null} /> : <Known key={key} templateKey={key} />;
}

function Known({ templateKey }: { templateKey: string }) {
  const { data, error, refetch } = useQuery(template(templateKey));
  if (error && !data) {
    return (
      <div className="page">
        <ProblemNote error={error} again={() => void refetch()} />
      </div>
    );
  }
  return data ? <Editor key={data.revision} known={data} /> : <PageSkeleton />;
}

function Editor({ known }: { known: TemplateView | null }) {
  const { say, moment } = useVoice();
  const [draft, setDraft] = useState<TemplateDocument>(known?.document ?? blank);
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const key = known?.key ?? ownKey ?? keyOf(draft.name);
  const [settled] = useDebouncedValue(JSON.stringify({ ...draft, name: draft.name.trim() || '–' }), 500);
  const tried = JSON.parse(settled) as TemplateDocument;
  const { data: checked, error: checkError } = useQuery(check(key || 'draft', tried));
  const findings = checked?.findings ?? [];
  const isChanged = known === null || JSON.stringify(draft) !== JSON.stringify(known.document);
  const note = known && say('messages.saved', { time: moment(known.savedAt), version: known.version });
  return (
    <div className="page">
      <PageHead title={known?.document.name ?? say('messages.new')} answer={answerOf(known, say)} note={note}>
        <May ask={['journeys', 'publish']}>{known && <Publish known={known} isChanged={isChanged} />}</May>
      </PageHead>
      <div className="criterion-edit">
        <div className="message-column">
          <Content draft={draft} findings={findings} onChange={setDraft} />
          <Panel title={say('messages.checks')}>
            {checkError ? (
              <ProblemNote error={checkError} />
            ) : (
              <div role="status">
                {checked && findings.length === 0 && <p className="quiet">{say('messages.allWell')}</p>}
                <Findings findings={findings.filter(({ where }) => blockOf(where) === null)} />
              </div>
            )}
            <Save draft={draft} known={known} place={{ key, setKey: setOwnKey }} findings={findings} />
          </Panel>
          <May ask="journeys">
            {known && <Proof templateKey={known.key} version={known.version} isChanged={isChanged} />}
          </May>
          {known && <History known={known} />}
        </div>
        <Stage templateKey={key || 'draft'} document={tried} />
      </div>
    </div>
  );
}

function answerOf(known: TemplateView | null, say: ReturnType<typeof useVoice>['say']): string {
  if (known === null) return say('messages.newAnswer');
  const { name } = known.document;
  if (known.published === null) return say('messages.notSentAnswer', { name });
  return known.published === known.version
    ? say('messages.sentAnswer', { name })
    : say('messages.olderSentAnswer', { name, version: known.published });
}

/** Name, subject, preheader, and the blocks; or all of it as it is written. */
function Content(props: {
  draft: TemplateDocument;
  findings: readonly TemplateFinding[];
  onChange: (draft: TemplateDocument) => void;
}) {
  const { say } = useVoice();
  const { draft, findings, onChange } = props;
  const own = ownLanguage(draft);
  const [language, setLanguage] = useState(own);
  const [written, setWritten] = useState(false);
  const tongue = { language, own };
  const change = (part: Partial<TemplateDocument>) => onChange({ ...draft, ...part });
  const languages = [...new Set([...languagesIn(draft), 'en', 'sv', 'de', language])];
  return (
    <Panel title={say('messages.content')} aside={<Written value={written} onChange={setWritten} />}>
      {written ? (
        <JsonInput label="JSON" value={draft} onChange={(value) => onChange(value as TemplateDocument)} />
      ) : (
        <div className="stack-form">
          <TextInput
            label={say('form.name')}
            value={draft.name}
            maxLength={250}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Select
            label={say('messages.writesIn')}
            description={say('messages.writesInSays', { language: own })}
            inputWrapperOrder={['label', 'input', 'description']}
            value={language}
            data={languages}
            allowDeselect={false}
            onChange={(value) => setLanguage(value ?? own)}
          />
          <WordsInput
            label={say('messages.field.subject')}
            value={draft.subject}
            tongue={tongue}
            onChange={(value) => change({ subject: (value ?? '') as TemplateDocument['subject'] })}
          />
          <WordsInput
            label={say('messages.field.preheader')}
            value={draft.preheader}
            tongue={tongue}
            onChange={(value) => change({ preheader: (value ?? '') as TemplateDocument['subject'] })}
          />
          <WornBy draft={draft} onChange={onChange} />
          <Blocks<Block>
            blocks={draft.blocks}
            kinds={Object.values(beginnings)}
            findings={findings}
            tongue={tongue}
            onChange={(blocks) => change({ blocks })}
          />
        </div>
      )}
    </Panel>
  );
}

/** For which sender it goes out, and in which theme; without either, the usual ones. */
function WornBy({ draft, onChange }: { draft: TemplateDocument; onChange: (draft: TemplateDocument) => void }) {
  const { say } = useVoice();
  const brands = useQuery(senders).data ?? [];
  const looks = useQuery(themes).data ?? [];
  const put = (field: 'sender' | 'theme', value: string | null) => {
    const { [field]: _before, ...rest } = draft;
    onChange(value === null || value === '' ? rest : { ...rest, [field]: value });
  };
  const own = brands.filter(({ origin }) => origin === 'shop');
  return (
    <div className="form">
      {(own.length > 0 || draft.sender !== undefined) && (
        <Select
          label={say('messages.field.sender')}
          value={draft.sender ?? ''}
          data={[
            { value: '', label: say('messages.usualSender') },
            ...own.map(({ key, sender: { name } }) => ({ value: key, label: name })),
          ]}
          allowDeselect={false}
          onChange={(value) => put('sender', value)}
        />
      )}
      {(looks.length > 1 || draft.theme !== undefined) && (
        <Select
          label={say('messages.field.theme')}
          value={draft.theme ?? ''}
          data={[
            { value: '', label: say('messages.bySender') },
            ...looks.map(({ key, theme }) => ({ value: key, label: theme.name })),
          ]}
          allowDeselect={false}
          onChange={(value) => put('theme', value)}
        />
      )}
    </div>
  );
}

function Save(props: {
  draft: TemplateDocument;
  known: TemplateView | null;
  place: { key: string; setKey: (key: string) => void };
  findings: readonly TemplateFinding[];
}) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { draft, known, place, findings } = props;
  const taken = useQuery(templates).data?.some(({ key }) => key === place.key) === true && known === null;
  const isSame = known !== null && JSON.stringify(draft) === JSON.stringify(known.document);
  const isWrong = findings.some(({ severity }) => severity === 'error');
  const ready = draft.name.trim() !== '' && isKeyForm(place.key) && !taken && !isSame && !isWrong;
  const save = useMutation({
    mutationFn: () =>
      ask<TemplateView>(`${templatePath(place.key)}?revision=${known?.revision ?? 'none'}`, {
        method: 'PUT',
        body: { ...draft, name: draft.name.trim() },
      }),
    onSuccess: async (saved) => {
      client.setQueryData(['templates', saved.key], saved);
      if (known === null) await navigate({ to: '/messages/$key', params: { key: saved.key } });
      await client.invalidateQueries({ queryKey: ['templates'], refetchType: 'none' });
    },
  });
  return (
    <div className="stack-form">
      {!known && <KeyField value={place.key} taken={taken} says={say('messages.keySays')} onChange={place.setKey} />}
      <div className="actions">
        <Button loading={save.isPending} disabled={!ready} onClick={() => save.mutate()}>
          {say('action.save')}
        </Button>
        <span className="quiet" role="status">
          {isSame && say('rule.asKept')}
        </span>
      </div>
      {save.error && <ProblemNote error={save.error} />}
    </div>
  );
}

/** Makes the saved version the one that is sent; what leaves the house is asked for twice. */
function Publish({ known, isChanged }: { known: TemplateView; isChanged: boolean }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const publish = useMutation({
    mutationFn: () =>
      ask<TemplateView>(`${templatePath(known.key)}/publish?revision=${known.revision}`, { method: 'POST' }),
    onSuccess: async () => {
      setAsked(false);
      await client.invalidateQueries({ queryKey: ['templates'] });
    },
  });
  const isSent = known.published === known.version;
  return (
    <>
      <Button disabled={isSent || isChanged} onClick={() => setAsked(true)}>
        {say('messages.publish')}
      </Button>
      <Modal
        opened={asked}
        onClose={() => setAsked(false)}
        title={say('messages.publishTitle', { name: known.document.name })}
      >
        <p>
          {known.published === null
            ? say('messages.publishFirst', { version: known.version })
            : say('messages.publishSays', { version: known.version, before: known.published })}
        </p>
        {publish.error && <ProblemNote error={publish.error} />}
        <div className="actions">
          <Button loading={publish.isPending} onClick={() => publish.mutate()}>
            {say('messages.publish')}
          </Button>
          <Button variant="default" onClick={() => setAsked(false)}>
            {say('journey.cancel')}
          </Button>
        </div>
      </Modal>
    </>
  );
}
