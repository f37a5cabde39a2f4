import { Button, JsonInput, MultiSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { CriterionView } from '../../src/api/contract-criterion.ts';
import { isKeyForm, keyOf } from '../audience/rule.ts';
import { KeyField } from '../ui/KeyField.tsx';
import type { Whom } from '../rule/query.ts';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useUndo } from '../ui/undo.tsx';
import { Written } from '../ui/Written.tsx';
import { useVoice } from '../ui/voice.tsx';
import { languages } from '../words/words.ts';
import { AlgorithmFields } from './AlgorithmFields.tsx';
import { AskForm } from './AskForm.tsx';
import { useAsked } from './asked.ts';
import { needsOf } from './asking.ts';
import { contentOf, put, readJson, sent, withAlgorithm, withHidden } from './draft.ts';
import { Choice } from './fields.tsx';
import { Preview } from './Preview.tsx';
import { criteria, criterionPath, useNames } from './query.ts';
import { RuleFields, WeightFields } from './RuleFields.tsx';
import { type Content, hasWindow, hides, hidingOf, sentencesOf, spanWords } from './sentence.ts';

/** Makes a criterion or changes one: the form at the left, at the right what it would show, before anything is saved. */
export function CriterionForm({ known, begin }: { known: CriterionView | null; begin: Content }) {
  const { say } = useVoice();
  const { search, put: ask } = useAsked();
  const [draft, setDraft] = useState(begin);
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [asJson, setAsJson] = useState(false);
  const [tried] = useDebouncedValue(draft, 500);
  const key = known?.key ?? ownKey ?? keyOf(draft.name);
  const save = useSave(key, known);
  const taken = useQuery(criteria).data?.some((one) => one.key === key) === true && known === null;
  const ready = draft.name.trim() !== '' && isKeyForm(key) && !taken;
  const nameOf = useNames();
  const needs = needsOf(tried.algorithm);
  return (
    <div className="criterion-edit">
      <Panel title={say('form.panel')} aside={<Written value={asJson} onChange={setAsJson} />}>
        <form
          className="stack-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) save.mutate(sent(draft));
          }}
        >
          {asJson ? (
            <JsonFields draft={draft} onChange={setDraft} />
          ) : (
            <Fields draft={draft} whom={{ item: search.item, person: search.person }} onChange={setDraft}>
              {!known && <KeyField value={key} taken={taken} says={say('form.keyHint')} onChange={setOwnKey} />}
            </Fields>
          )}
          {save.error && <ProblemNote error={save.error} />}
          <div className="actions">
            <Button type="submit" loading={save.isPending} disabled={!ready}>
              {say('audience.save')}
            </Button>
            <Back criterionKey={known?.key ?? search.from} />
          </div>
        </form>
      </Panel>
      <div className="criterion-try">
        <Panel title={say('form.try')}>
          <ul className="plain-list sentences">
            {sentencesOf(tried, say, nameOf).map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <details className="more" open={needs !== null || undefined}>
            <summary>{say('form.whom')}</summary>
            <AskForm search={search} needs={needs} put={ask} />
          </details>
        </Panel>
        <Preview
          tried={{ content: named(sent(tried), say('form.unnamed')) }}
          needs={needs}
          search={search}
          onOpen={(open) => ask({ open })}
        />
      </div>
    </div>
  );
}

/** A draft can be tried before it has a name. */
const named = (content: Content, name: string): Content => (content.name === '' ? { ...content, name } : content);

function Back({ criterionKey }: { criterionKey: string | undefined }) {
  const { say } = useVoice();
  const navigate = useNavigate();
  const to = () =>
    criterionKey === undefined
      ? navigate({ to: '/recommendations' })
      : navigate({ to: '/recommendations/$key', params: { key: criterionKey } });
  return (
    <Button variant="default" onClick={() => void to()}>
      {say('journey.cancel')}
    </Button>
  );
}

interface FieldsProps {
  draft: Content;
  onChange: (draft: Content) => void;
}

function Fields({ draft, whom, onChange, children }: FieldsProps & { whom: Whom; children: ReactNode }) {
  const { say } = useVoice();
  const text = (field: 'name' | 'description') => ({
    label: say(`form.${field}`),
    value: draft[field] ?? '',
    maxLength: field === 'description' ? 1000 : 250,
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange(
        field === 'name' ? { ...draft, name: event.currentTarget.value } : put(draft, field, event.currentTarget.value),
      ),
  });
  return (
    <>
      <TextInput {...text('name')} />
      {children}
      <TitleFields draft={draft} onChange={onChange} />
      <TextInput {...text('description')} />
      <fieldset className="fields">
        <legend>{say('criteria.how')}</legend>
        <AlgorithmFields
          algorithm={draft.algorithm}
          onChange={(algorithm) => onChange(withAlgorithm(draft, algorithm))}
        />
        <WindowField draft={draft} onChange={onChange} />
      </fieldset>
      <RuleFields draft={draft} whom={whom} onChange={onChange} />
      <LimitFields draft={draft} onChange={onChange} />
      <WeightFields draft={draft} whom={whom} onChange={onChange} />
      <BackupFields draft={draft} onChange={onChange} />
    </>
  );
}

/** What shoppers read above the items: one title, or one in each language. */
function TitleFields({ draft, onChange }: FieldsProps) {
  const { say } = useVoice();
  const { titles = {} } = draft;
  const [byLanguage, setByLanguage] = useState(draft.titles !== undefined);
  const set = (code: string, title: string) => {
    const { [code]: _before, ...others } = titles;
    onChange(put(draft, 'titles', title === '' ? others : { ...others, [code]: title }));
  };
  return (
    <>
      <TextInput
        label={say('form.title')}
        description={say(byLanguage ? 'form.titlesSay' : 'form.titleSays')}
        inputWrapperOrder={['label', 'input', 'description']}
        value={draft.title ?? ''}
        maxLength={250}
        onChange={(event) => onChange(put(draft, 'title', event.currentTarget.value))}
      />
      {byLanguage ? (
        <div className="form">
          {languages.map(({ code, name }) => (
            <TextInput
              key={code}
              label={say('form.titleIn', { language: name })}
              lang={code}
              value={titles[code] ?? ''}
              maxLength={250}
              onChange={(event) => set(code, event.currentTarget.value)}
            />
          ))}
        </div>
      ) : (
        <Button size="xs" variant="default" className="fits" onClick={() => setByLanguage(true)}>
          {say('form.titleEach')}
        </Button>
      )}
    </>
  );
}

const windows = ['6h', '1d', '2d', '7d', '14d', '30d', '61d', 'ever'] as const;

function WindowField({ draft, onChange }: FieldsProps) {
  const { say } = useVoice();
  const { kind } = draft.algorithm;
  if (!hasWindow(kind)) return null;
  return (
    <Choice
      label={say('form.window')}
      value={draft.window ?? '30d'}
      values={windows.filter((one) => one !== '6h' || kind === 'popular')}
      word={(one) => (one === 'ever' ? say('form.window.ever') : spanWords(one, say))}
      onChange={(window) => onChange({ ...draft, window })}
    />
  );
}

/** Price and stock, and what of the person's own is hidden. */
function LimitFields({ draft, onChange }: FieldsProps) {
  const { say } = useVoice();
  const hidden = hidingOf(draft);
  const bound = (end: 'min' | 'max') => (value: string | number) => {
    const { [end]: _before, ...price } = draft.price ?? {};
    onChange(put(draft, 'price', typeof value === 'number' ? { ...price, [end]: value } : price));
  };
  return (
    <fieldset className="fields">
      <legend>{say('form.limits')}</legend>
      <div className="form">
        <NumberInput label={say('form.priceMin')} min={0} value={draft.price?.min ?? ''} onChange={bound('min')} />
        <NumberInput label={say('form.priceMax')} min={0} value={draft.price?.max ?? ''} onChange={bound('max')} />
        <NumberInput
          label={say('form.leastStock')}
          min={0}
          allowDecimal={false}
          value={draft.leastStock ?? ''}
          onChange={(value) => onChange(put(draft, 'leastStock', typeof value === 'number' ? value : undefined))}
        />
      </div>
      <p>{say('form.hide')}</p>
      {hides.map((what) => (
        <Switch
          key={what}
          label={say(`form.hide.${what}`)}
          checked={hidden[what]}
          onChange={(event) => onChange(withHidden(draft, what, event.currentTarget.checked))}
        />
      ))}
    </fieldset>
  );
}

const whens = ['fill', 'empty', 'none'] as const;

function BackupFields({ draft, onChange }: FieldsProps) {
  const { say } = useVoice();
  const known = useQuery(criteria).data ?? [];
  const nameOf = useNames();
  const { backup = {} } = draft;
  const { when = 'fill', chain = [], ruled = true } = backup;
  return (
    <fieldset className="fields">
      <legend>{say('criteria.fills')}</legend>
      <Choice
        label={say('form.backup')}
        value={when}
        values={whens}
        word={(one) => say(`form.backup.${one}`)}
        onChange={(one) => onChange({ ...draft, backup: { ...backup, when: one } })}
      />
      {when !== 'none' && (
        <>
          <MultiSelect
            label={say('form.chain')}
            description={say('form.chainSays')}
            inputWrapperOrder={['label', 'input', 'description']}
            searchable
            hidePickedOptions
            maxValues={10}
            value={chain}
            data={known.map(({ key }) => ({ value: key, label: nameOf(key) }))}
            onChange={(next) => onChange({ ...draft, backup: { ...backup, chain: next } })}
          />
          <Switch
            label={say('form.ruled')}
            checked={ruled}
            onChange={(event) => onChange({ ...draft, backup: { ...backup, ruled: event.currentTarget.checked } })}
          />
        </>
      )}
      <Switch
        label={say('form.partial')}
        checked={draft.partial !== false}
        onChange={(event) => onChange(put(draft, 'partial', event.currentTarget.checked ? undefined : false))}
      />
      <Switch
        label={say('form.explore')}
        checked={draft.explore === true}
        onChange={(event) => onChange(put(draft, 'explore', event.currentTarget.checked ? true : undefined))}
      />
    </fieldset>
  );
}

/** The whole definition as it is sent: also what the form has no field for. */
function JsonFields({ draft, onChange }: FieldsProps) {
  const { say } = useVoice();
  const [text, setText] = useState(() => JSON.stringify(draft, null, 2));
  const read = readJson(text);
  return (
    <JsonInput
      label={say('form.json')}
      description={say('form.jsonSays')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ input: 'rule-field' }}
      value={text}
      autosize
      minRows={12}
      maxRows={32}
      spellCheck={false}
      error={'why' in read ? say('form.jsonWrong', { why: read.why }) : undefined}
      onChange={(next) => {
        setText(next);
        const now = readJson(next);
        if ('content' in now) onChange(now.content);
      }}
    />
  );
}

/** Saves, and offers the way back: to what it said before, or to there being none. */
function useSave(key: string, known: CriterionView | null) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const undo = useUndo();
  const path = criterionPath(key);
  const fresh = async () => {
    await client.invalidateQueries({ queryKey: ['criteria'] });
    await client.invalidateQueries({ queryKey: ['preview'] });
  };
  const back = async () => {
    if (known !== null) await ask<unknown>(path, { method: 'PUT', body: contentOf(known) });
    else {
      await ask<unknown>(path, { method: 'DELETE' });
      await navigate({ to: '/recommendations' });
    }
    await fresh();
  };
  return useMutation({
    mutationFn: (body: Content) => ask<CriterionView>(path, { method: 'PUT', body }),
    onSuccess: async (saved) => {
      client.setQueryData(['criteria', saved.key], saved);
      await fresh();
      await navigate({
        to: '/recommendations/$key',
        params: { key: saved.key },
        search: (before) => ({ ...before, from: undefined, edit: undefined }),
      });
      undo({ says: say('rule.saved', { name: saved.name }), undo: back });
    },
  });
}
