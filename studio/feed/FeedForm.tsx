import { Button, NativeSelect, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { keyOf } from '../audience/rule.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { dayOf } from '../ui/format.ts';
import { useVoice } from '../ui/voice.tsx';
import { feedPath } from './query.ts';
import type { FeedInput, FeedView } from '../../src/api/contract-feed.ts';

const presets = {
  never: { cron: '', weeks: 1 },
  hourly: { cron: '10 * * * *', weeks: 1 },
  daily: { cron: '30 3 * * *', weeks: 1 },
  weekly: { cron: '30 3 * * 1', weeks: 1 },
  biweekly: { cron: '30 3 * * 1', weeks: 2 },
} as const;
const names = ['never', 'hourly', 'daily', 'weekly', 'biweekly'] as const;

/** The preset that says this, if one does. */
function presetOf({ cron, weeks }: Pick<Draft, 'cron' | 'weeks'>): (typeof names)[number] | undefined {
  return names.find((name) => presets[name].cron === cron && presets[name].weeks === weeks);
}

/** What is typed, before it is saved. */
interface Draft {
  name: string;
  byUrl: boolean;
  url: string;
  cron: string;
  weeks: number;
  own: boolean;
  user: string;
  password: string;
  mode: FeedView['mode'];
}

function draftOf(known: FeedView | null): Draft {
  const { cron = '', weeks = 1 } = known?.schedule ?? {};
  return {
    name: known?.name ?? '',
    byUrl: known !== null && known.url !== null,
    url: known?.url ?? '',
    cron,
    weeks,
    own: presetOf({ cron, weeks }) === undefined,
    user: known?.user ?? '',
    password: '',
    mode: known?.mode ?? 'merge',
  };
}

/** `from`: of a schedule that leaves out weeks, a day of one that stays. */
function scheduleOf({ cron, weeks }: Draft, { zone, from }: { zone: string; from: string }): FeedInput['schedule'] {
  if (cron.trim() === '') return null;
  if (weeks === 1) return { cron: cron.trim(), zone };
  return { cron: cron.trim(), zone, weeks, from };
}

function inputOf(draft: Draft, when: { zone: string; from: string }): FeedInput {
  const { name, byUrl, url, user, password, mode } = draft;
  const schedule = byUrl ? scheduleOf(draft, when) : null;
  return {
    name: name.trim(),
    url: byUrl ? url.trim() : null,
    schedule,
    mode,
    ...(byUrl ? { user: user === '' ? null : user } : { user: null, password: null }),
    ...(byUrl && password !== '' ? { password } : {}),
  };
}

/** The settings of a feed; saving a new one opens its page. */
export function FeedForm({ known }: { known: FeedView | null }) {
  const { say, frame } = useVoice();
  const [draft, setDraft] = useState(() => draftOf(known));
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const key = known?.key ?? keyOf(draft.name);
  const save = useSave(key, known === null);
  const zone = known?.schedule?.zone ?? frame.zone;
  const ready = draft.name.trim() !== '' && key !== '' && (!draft.byUrl || draft.url.trim() !== '');
  return (
    <Panel title={say('feed.settings')}>
      <form
        className="stack-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate(inputOf(draft, { zone, from: known?.schedule?.from ?? dayOf(frame.now, zone) }));
        }}
      >
        <TextInput
          label={say('feed.name')}
          value={draft.name}
          maxLength={128}
          {...(known ? {} : { description: `${say('feed.key')}: ${key || '–'}` })}
          inputWrapperOrder={['label', 'input', 'description']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <SegmentedControl
          value={draft.byUrl ? 'url' : 'file'}
          aria-label={say('feed.source')}
          data={[
            { value: 'file', label: say('feed.byFile') },
            { value: 'url', label: say('feed.byUrl') },
          ]}
          onChange={(value) => change({ byUrl: value === 'url' })}
        />
        {draft.byUrl && <AddressFields draft={draft} known={known} zone={zone} change={change} />}
        <NativeSelect
          label={say('feed.mode')}
          value={draft.mode}
          data={[
            { value: 'merge', label: say('feed.merge') },
            { value: 'replace', label: say('feed.replace') },
          ]}
          onChange={(event) => change({ mode: event.currentTarget.value === 'replace' ? 'replace' : 'merge' })}
        />
        {save.error && <ProblemNote error={save.error} />}
        <div className="actions">
          <Button type="submit" variant={known ? 'default' : 'filled'} loading={save.isPending} disabled={!ready}>
            {say('feed.save')}
          </Button>
          <span className="quiet" role="status">
            {save.isSuccess && say('feed.saved')}
          </span>
        </div>
      </form>
    </Panel>
  );
}

interface FieldsProps {
  draft: Draft;
  known: FeedView | null;
  zone: string;
  change: (part: Partial<Draft>) => void;
}

function AddressFields({ draft, known, zone, change }: FieldsProps) {
  const { say } = useVoice();
  const chosen = draft.own ? 'other' : (presetOf(draft) ?? 'other');
  return (
    <>
      <TextInput
        label={say('feed.url')}
        value={draft.url}
        type="url"
        placeholder="https://shop.example/items.csv"
        spellCheck={false}
        onChange={(event) => change({ url: event.currentTarget.value })}
      />
      <NativeSelect
        label={say('feed.schedule')}
        description={say('feed.zone', { zone })}
        inputWrapperOrder={['label', 'input', 'description']}
        value={chosen}
        data={[
          ...names.map((name) => ({ value: name, label: say(`feed.${name}`) })),
          { value: 'other', label: say('feed.otherTime') },
        ]}
        onChange={(event) => {
          const name = names.find((one) => one === event.currentTarget.value);
          change(name ? { own: false, ...presets[name] } : { own: true });
        }}
      />
      {draft.own && (
        <TextInput
          label={say('feed.cron')}
          classNames={{ input: 'code' }}
          value={draft.cron}
          placeholder="30 3 * * 1-5"
          onChange={(event) => change({ cron: event.currentTarget.value })}
        />
      )}
      <TextInput
        label={say('feed.user')}
        value={draft.user}
        autoComplete="off"
        onChange={(event) => change({ user: event.currentTarget.value })}
      />
      {draft.user !== '' && (
        <PasswordInput
          label={say('feed.password')}
          value={draft.password}
          autoComplete="new-password"
          placeholder={known?.user ? say('feed.passwordKept') : ''}
          onChange={(event) => change({ password: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function useSave(key: string, isNew: boolean) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: FeedInput) => ask<FeedView>(feedPath(key), { method: 'PUT', body }),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['feeds'] });
      if (isNew) await navigate({ to: '/feeds/$key', params: { key: saved.key } });
    },
  });
}
