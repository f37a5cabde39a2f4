import '../recommend/recommend.css';
import './design.css';
import { NumberInput, SegmentedControl, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { DesignCheck, DesignInput, DesignView } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';
import { PageHead } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { Versions } from '../ui/Versions.tsx';
import { OnePage, type Place, TakeThingAway, ThingForm } from '../ui/thing.tsx';
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

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: designPath,
    cache: ['designs'],
    open: (key) => navigate({ to: '/designs/$key', params: { key } }),
    leave: () => navigate({ to: '/recommendations', search: { show: 'designs' } }),
  };
}

function KnownDesign({ designKey }: { designKey: string }) {
  const { say, moment } = useVoice();
  const place = usePlace();
  return (
    <OnePage query={useQuery(design(designKey))}>
      {(data) => (
        <>
          <PageHead
            title={data.name}
            answer={say('designs.answer', { count: data.entityCount })}
            note={
              <>
                <b className="person-name">{data.name}</b> {say(`designs.kind.${data.type}`)}.{' '}
                {say('rule.changed', { time: moment(data.savedAt), version: data.version })}
              </>
            }
          >
            <TakeThingAway place={place} thing={data} before={inputOf(data)} />
          </PageHead>
          <DesignForm key={data.version} known={data} begin={inputOf(data)} />
          <DesignVersions known={data} />
        </>
      )}
    </OnePage>
  );
}

const types = ['html', 'json', 'text'] as const;
const languages = ['beckon', 'velocity'] as const;

function DesignForm({ known, begin }: { known: DesignView | null; begin: DesignInput }) {
  const { say } = useVoice();
  const [typed, setTyped] = useState(begin);
  const [settled] = useDebouncedValue(JSON.stringify(typed), 500);
  const tried: DesignInput = {
    ...(JSON.parse(settled) as DesignInput),
    name: typed.name.trim() || say('form.unnamed'),
  };
  const check = useQuery({ ...designCheck(tried), enabled: tried.script.trim() !== '' });
  return (
    <ThingForm
      place={usePlace()}
      title={say('designs.panel')}
      keyHint={say('designs.keyHint')}
      known={known}
      others={useQuery(designs).data}
      begin={begin}
      isReady={({ script }) => script.trim() !== '' && check.data?.valid !== false}
      beside={() => <DesignPreview draft={tried} />}
    >
      {(draft, change) => {
        const put = (next: DesignInput) => {
          change(next);
          setTyped(next);
        };
        return (
          <>
            <Kinds draft={draft} onChange={put} />
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
              onChange={(event) => put({ ...draft, script: event.currentTarget.value })}
            />
            <Checked check={check.data} error={check.error} />
          </>
        );
      }}
    </ThingForm>
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
