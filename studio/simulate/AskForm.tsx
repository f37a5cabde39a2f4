import { Button, MultiSelect, NumberInput, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { journeys, people } from '../api/query.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { askedOf, type Draft, firstDraft } from './asking.ts';
import { begin } from './query.ts';

type Change = (change: Partial<Draft>) => void;

/** Over whom a journey is to be simulated. */
export function AskForm({ detail, onBegun }: { detail: JourneyDetail; onBegun: (id: string) => void }) {
  const { say, frame } = useVoice();
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: frame.zone }).format(frame.now);
  const [draft, setDraft] = useState(() => firstDraft(today));
  const change: Change = (some) => setDraft((old) => ({ ...old, ...some }));
  const client = useQueryClient();
  const asked = askedOf(draft, detail.key);
  const start = useMutation({
    mutationFn: begin,
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['simulations'], exact: true });
      onBegun(id);
    },
  });
  return (
    <Panel title={say('simulate.over')}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (asked) start.mutate(asked);
        }}
      >
        <SegmentedControl
          fullWidth
          value={draft.kind}
          aria-label={say('simulate.over')}
          data={(['invented', 'history', 'story'] as const).map((value) => ({
            value,
            label: say(`simulate.kind.${value}`),
          }))}
          onChange={(kind) => change({ kind: kind as Draft['kind'] })}
        />
        <p className="quiet">{say(`simulate.kind.${draft.kind}.says`)}</p>
        {draft.kind === 'invented' && <Invented draft={draft} change={change} />}
        {draft.kind === 'history' && <History draft={draft} change={change} today={today} />}
        {draft.kind === 'story' && <StoryText draft={draft} change={change} isJson={asked !== null} />}
        {detail.version > 0 && (
          <Select
            label={say('simulate.version')}
            value={draft.version}
            allowDeselect={false}
            data={(['draft', 'live'] as const).map((value) => ({ value, label: say(`simulate.version.${value}`) }))}
            onChange={(version) => change({ version: version === 'live' ? 'live' : 'draft' })}
          />
        )}
        <Also own={detail.key} chosen={draft.also} onChange={(also) => change({ also })} />
        <Button type="submit" loading={start.isPending} disabled={asked === null}>
          {say('simulate.start')}
        </Button>
        {start.error && <ProblemNote error={start.error} />}
      </form>
    </Panel>
  );
}

/** Journeys that run beside it, so that what they take from each other is seen. */
function Also({ own, chosen, onChange }: { own: string; chosen: string[]; onChange: (keys: string[]) => void }) {
  const { say } = useVoice();
  const { data } = useQuery({ ...journeys, refetchInterval: false });
  const others = (data ?? []).filter(({ key }) => key !== own);
  if (others.length === 0) return null;
  return (
    <MultiSelect
      clearable
      label={say('simulate.also')}
      placeholder={chosen.length === 0 ? say('simulate.alsoNone') : ''}
      value={chosen}
      data={others.map(({ key, name }) => ({ value: key, label: recipeWords(name, say) }))}
      onChange={onChange}
    />
  );
}

function Invented({ draft, change }: { draft: Draft; change: Change }) {
  const { say } = useVoice();
  const whole = (value: number | string, least: number) => Math.max(least, Math.round(Number(value) || least));
  return (
    <>
      <div className="pair-fields">
        <NumberInput
          label={say('simulate.people')}
          value={draft.people}
          min={1}
          max={100_000}
          step={100}
          onChange={(value) => change({ people: whole(value, 1) })}
        />
        <NumberInput
          label={say('simulate.days')}
          value={draft.days}
          min={1}
          max={400}
          onChange={(value) => change({ days: whole(value, 1) })}
        />
      </div>
      <Switch
        checked={draft.react}
        label={say('simulate.react')}
        onChange={(event) => change({ react: event.currentTarget.checked })}
      />
      <NumberInput
        label={say('simulate.seed')}
        description={say('simulate.seedSays')}
        value={draft.seed}
        onChange={(value) => change({ seed: whole(value, 0) })}
      />
    </>
  );
}

function History({ draft, change, today }: { draft: Draft; change: Change; today: string }) {
  const { say } = useVoice();
  const [sought, setSought] = useState('');
  const { data } = useQuery(people(sought));
  const [names, setNames] = useState<Record<string, string>>({});
  const found = (data?.people ?? []).map(({ id, label, email }) => ({
    value: id,
    label: email === null || email === label ? label : `${label} (${email})`,
  }));
  const known = draft.chosen.filter((id) => !found.some(({ value }) => value === id));
  return (
    <>
      <div className="pair-fields">
        {(['from', 'to'] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            max={today}
            label={say(`simulate.${name}`)}
            value={draft[name]}
            onChange={(event) => change({ [name]: event.currentTarget.value })}
          />
        ))}
      </div>
      <MultiSelect
        searchable
        clearable
        label={say('simulate.chosen')}
        placeholder={draft.chosen.length === 0 ? say('simulate.everybody') : ''}
        nothingFoundMessage={say('people.noneMatch', { query: sought })}
        searchValue={sought}
        onSearchChange={setSought}
        value={draft.chosen}
        data={[...found, ...known.map((value) => ({ value, label: names[value] ?? value }))]}
        onChange={(chosen) => {
          setNames((old) => ({ ...old, ...Object.fromEntries(found.map(({ value, label }) => [value, label])) }));
          change({ chosen });
        }}
      />
    </>
  );
}

function StoryText({ draft, change, isJson }: { draft: Draft; change: Change; isJson: boolean }) {
  const { say } = useVoice();
  return (
    <Textarea
      label={say('simulate.story')}
      description={say('simulate.storySays')}
      className="code-field"
      autosize
      minRows={8}
      maxRows={20}
      value={draft.story}
      error={draft.story !== '' && !isJson ? say('simulate.noJson') : undefined}
      onChange={(event) => change({ story: event.currentTarget.value })}
    />
  );
}
