import '../recommend/recommend.css';
import './design.css';
import { Button, NumberInput, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { DesignCheck, DesignInput, DesignView } from '../../src/api/contract-design.ts';
import { isKeyForm, keyOf } from '../audience/rule.ts';
import { ask } from '../api/client.ts';
import { KeyField } from '../ui/KeyField.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { PageSkeleton, ProblemNote } from '../ui/State.tsx';
import { TakeAway } from '../ui/TakeAway.tsx';
import { Versions } from '../ui/Versions.tsx';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { useUndo } from '../ui/undo.tsx';
import { useVoice } from '../ui/voice.tsx';
import { DesignPreview } from './DesignPreview.tsx';
import { beginnings, design, designCheck, designPath, designVersions, designs } from './query.ts';

/** One design: its text, what is wrong with it, and what it makes of real items. `+` makes a new one. */
export function DesignPage() {
  const { key } = useParams({ from: '/designs/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownDesign key={key} designKey={key} />;
  const begin: DesignInput = { name: '', type: 'html', language: 'beckon', script: beginnings.html };
  return (
    <div className="page">
      <PageHead title={say('designs.new')} answer={say('designs.newAnswer')} note={say('rule.newNote')} />
      <DesignForm known={null} begin={begin} />
    </div>
  );
}

/** What it says, without what is noted of it. */
function inputOf({ name, type, language, script, slots, jsonAs }: DesignInput): DesignInput {
  return {
    name,
    type,
    language,
    script,
    ...(slots === undefined ? {} : { slots }),
    ...(jsonAs === undefined ? {} : { jsonAs }),
  };
}

function KnownDesign({ designKey }: { designKey: string }) {
  const { say, moment } = useVoice();
  const { data, error, refetch } = useQuery(design(designKey));
  if (error && !data) {
    return (
      <div className="page">
        <ProblemNote error={error} again={() => void refetch()} />
      </div>
    );
  }
  if (!data) return <PageSkeleton />;
  const note = (
    <>
      <b className="person-name">{data.name}</b> {say(`designs.kind.${data.type}`)}.{' '}
      {say('rule.changed', { time: moment(data.savedAt), version: data.version })}
    </>
  );
  return (
    <div className="page">
      <PageHead title={data.name} answer={say('designs.answer', { count: data.entityCount })} note={note}>
        <TakeDesignAway known={data} />
      </PageHead>
      <DesignForm key={data.version} known={data} begin={inputOf(data)} />
      <DesignVersions known={data} />
    </div>
  );
}

function TakeDesignAway({ known }: { known: DesignView }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const fresh = () => client.invalidateQueries({ queryKey: ['designs'] });
  const away = async () => {
    await ask<unknown>(designPath(known.key), { method: 'DELETE' });
    await navigate({ to: '/recommendations', search: { show: 'designs' } });
    client.removeQueries({ queryKey: ['designs', known.key] });
    await fresh();
  };
  const back = async () => {
    await ask<unknown>(designPath(known.key), { method: 'PUT', body: inputOf(known) });
    await fresh();
  };
  return <TakeAway name={known.name} away={away} back={back} />;
}

const types = ['html', 'json', 'text'] as const;
const languages = ['beckon', 'velocity'] as const;

function DesignForm({ known, begin }: { known: DesignView | null; begin: DesignInput }) {
  const { say } = useVoice();
  const [draft, setDraft] = useState(begin);
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const key = known?.key ?? ownKey ?? keyOf(draft.name);
  const taken = useQuery(designs).data?.some((one) => one.key === key) === true && known === null;
  const [settled] = useDebouncedValue(JSON.stringify(draft), 500);
  const tried: DesignInput = {
    ...(JSON.parse(settled) as DesignInput),
    name: draft.name.trim() || say('form.unnamed'),
  };
  const check = useQuery({ ...designCheck(tried), enabled: tried.script.trim() !== '' });
  const isSame = known !== null && JSON.stringify(draft) === JSON.stringify(begin);
  const ready = draft.name.trim() !== '' && draft.script.trim() !== '' && isKeyForm(key) && !taken && !isSame;
  const save = useSave(key, known);
  const change = (part: Partial<DesignInput>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <div className="criterion-edit">
      <Panel title={say('designs.panel')}>
        <form
          className="stack-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) save.mutate({ ...draft, name: draft.name.trim() });
          }}
        >
          <TextInput
            label={say('form.name')}
            value={draft.name}
            maxLength={250}
            error={faultAt(save.error, 'name')}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          {!known && <KeyField value={key} taken={taken} says={say('designs.keyHint')} onChange={setOwnKey} />}
          <Kinds draft={draft} onChange={setDraft} />
          <Textarea
            label={say('designs.script')}
            classNames={{ input: 'rule-field' }}
            value={draft.script}
            autosize
            minRows={10}
            maxRows={28}
            spellCheck={false}
            autoCapitalize="off"
            autoCorrect="off"
            aria-invalid={check.data?.valid === false}
            onChange={(event) => change({ script: event.currentTarget.value })}
          />
          <Checked check={check.data} error={check.error} />
          {elsewhere(save.error, 'name') !== null && save.error && <ProblemNote error={save.error} />}
          <div className="actions">
            <Button type="submit" loading={save.isPending} disabled={!ready || check.data?.valid === false}>
              {say('audience.save')}
            </Button>
            <span className="quiet" role="status">
              {isSame && say('rule.asKept')}
            </span>
          </div>
        </form>
      </Panel>
      <DesignPreview draft={tried} />
    </div>
  );
}

/** What it makes, in which language it is written, and how many items it shows. */
function Kinds({ draft, onChange }: { draft: DesignInput; onChange: (draft: DesignInput) => void }) {
  const { say } = useVoice();
  const { slots: _slots, ...rest } = draft;
  const isBeginning = Object.values(beginnings).includes(draft.script);
  return (
    <>
      <div className="design-kinds">
        <SegmentedControl
          value={draft.type}
          aria-label={say('designs.type')}
          data={types.map((value) => ({ value, label: say(`designs.type.${value}`) }))}
          onChange={(value) => {
            const type = types.find((one) => one === value) ?? 'html';
            onChange({ ...draft, type, ...(isBeginning ? { script: beginnings[type] } : {}) });
          }}
        />
        <SegmentedControl
          value={draft.language}
          aria-label={say('designs.language')}
          data={languages.map((value) => ({ value, label: say(`designs.language.${value}`) }))}
          onChange={(value) => onChange({ ...draft, language: value === 'velocity' ? 'velocity' : 'beckon' })}
        />
      </div>
      <NumberInput
        label={say('designs.slots')}
        description={say('designs.slotsSay')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.slots ?? ''}
        min={1}
        max={99}
        allowDecimal={false}
        onChange={(value) => onChange(typeof value === 'number' ? { ...rest, slots: value } : rest)}
      />
    </>
  );
}

/** What sample items say of it. */
function Checked(props: { check: DesignCheck | undefined; error: unknown }) {
  const { say } = useVoice();
  const { check, error } = props;
  if (error) return <ProblemNote error={error} />;
  if (!check) return null;
  if (!check.valid) {
    return (
      <ul className="rule-problems" role="status">
        {check.errors.map(({ text, where }) => (
          <li key={`${where} ${text}`} className="rule-problem rule-error">
            {text}
          </li>
        ))}
      </ul>
    );
  }
  return (
    <p className="quiet" role="status">
      {say('designs.valid', { count: check.entityCount })} {check.warnings.join(' ')}
    </p>
  );
}

/** Saves, and offers the way back. */
function useSave(key: string, known: DesignView | null) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const undo = useUndo();
  const fresh = () => client.invalidateQueries({ queryKey: ['designs'] });
  return useMutation({
    mutationFn: (body: DesignInput) => ask<DesignView>(designPath(key), { method: 'PUT', body }),
    onSuccess: async (saved) => {
      client.setQueryData(['designs', saved.key], saved);
      if (known === null) await navigate({ to: '/designs/$key', params: { key: saved.key } });
      await fresh();
      const back = async () => {
        if (known !== null) await ask<unknown>(designPath(key), { method: 'PUT', body: inputOf(known) });
        else {
          await ask<unknown>(designPath(key), { method: 'DELETE' });
          await navigate({ to: '/recommendations', search: { show: 'designs' } });
        }
        await fresh();
      };
      undo({ says: say('rule.saved', { name: saved.name }), undo: back });
    },
  });
}

/** Earlier texts. */
function DesignVersions({ known }: { known: DesignView }) {
  const { data = [] } = useQuery(designVersions(known.key));
  const client = useQueryClient();
  const before = data.flatMap(({ version, savedAt, body }) =>
    version === known.version || body === null ? [] : [{ version, at: savedAt, body, says: body.name }],
  );
  const again = async ({ body }: (typeof before)[number]) => {
    await ask<DesignView>(designPath(known.key), { method: 'PUT', body: inputOf(body) });
    await client.invalidateQueries({ queryKey: ['designs'] });
  };
  return <Versions before={before} again={again} />;
}
