import { Button, Progress, SegmentedControl, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../api/client.ts';
import { PageHead, Panel } from '../ui/Page.tsx';
import { Remove } from '../ui/Remove.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { TakeAway } from '../ui/TakeAway.tsx';
import { Unread } from '../ui/thing.tsx';
import { May } from '../ui/May.tsx';
import { useMay } from '../ui/may.ts';
import { useVoice } from '../ui/voice.tsx';
import { ListForm } from './ListForm.tsx';
import { Members } from './Members.tsx';
import { Preview } from './Preview.tsx';
import { RuleEditor, useRuleCheck } from './RuleEditor.tsx';
import { audience } from './query.ts';
import { isKeyForm, keyOf, shareOf } from './rule.ts';
import type { AudienceView } from '../../src/api/contract-audience.ts';

/** One audience: its rule with a look at who it would be, and who it is. `+` makes a new one. */
export function AudiencePage() {
  const { key } = useParams({ from: '/audiences/$key' });
  return key === '+' ? <NewAudience /> : <KnownAudience key={key} audienceKey={key} />;
}

function NewAudience() {
  const { say } = useVoice();
  return (
    <div className="page">
      <PageHead title={say('audiences.new')} answer={say('audience.newAnswer')} note={say('audience.newNote')} />
      <Form known={null} />
    </div>
  );
}

function KnownAudience({ audienceKey }: { audienceKey: string }) {
  const query = useQuery(audience(audienceKey));
  const { data } = query;
  if (!data) return <Unread query={query} />;
  return (
    <div className="page">
      <Head data={data} />
      <Form known={data} />
      <Members audience={data} />
    </div>
  );
}

function Head({ data }: { data: AudienceView }) {
  const { say, moment, percent } = useVoice();
  const size = useSize(data);
  const note = (
    <>
      <b className="person-name">{data.name}</b> {say('audience.changed', { time: moment(data.updatedAt) })}
    </>
  );
  return (
    <>
      <PageHead title={data.name} answer={size} note={note}>
        <May ask="journeys">
          <RemoveAudience audience={data} />
        </May>
      </PageHead>
      {data.build && (
        <div className="build" role="status">
          <p className="quiet">{say('audience.building', { share: percent(shareOf(data.build)) })}</p>
          <Progress value={shareOf(data.build) * 100} aria-label={say('audience.buildingLabel')} />
        </div>
      )}
    </>
  );
}

/** One with a rule may come back; of a list it stands there first what that means, with the number. */
function RemoveAudience({ audience: { key, name, size, rule } }: { audience: AudienceView }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = `/v1/audiences/${encodeURIComponent(key)}`;
  const fresh = () => client.invalidateQueries({ queryKey: ['audiences'] });
  const work = async () => {
    await ask<unknown>(path, { method: 'DELETE' });
    await navigate({ to: '/audiences' });
    client.removeQueries({ queryKey: ['audiences', key] });
    await fresh();
  };
  // A rule finds its people again; who was put in by hand would be lost.
  if (rule !== null) {
    const back = () => ask<unknown>(path, { method: 'PUT', body: { name, rule } }).then(fresh);
    return <TakeAway name={name} away={work} back={back} />;
  }
  return (
    <Remove word={say('audience.remove')} title={say('audience.removeTitle', { name })} work={work}>
      <p>{say('audience.removeSays', { count: size })}</p>
      <p className="quiet">{say('audience.removeNot')}</p>
    </Remove>
  );
}

/** Nobody is said to be in it only once everybody was asked. */
function useSize({ size, state }: AudienceView): string {
  const { say } = useVoice();
  if (size === 0) return say(state === 'building' ? 'audience.isBuilding' : 'audience.nobodyIn');
  return say('audience.answer', { count: size });
}

type Kind = 'rule' | 'list';

function Form({ known }: { known: AudienceView | null }) {
  const { say } = useVoice();
  const [name, setName] = useState(known?.name ?? '');
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const [kind, setKind] = useState<Kind>(known && known.rule === null ? 'list' : 'rule');
  const [rule, setRule] = useState(known?.rule ?? '');
  const check = useRuleCheck(kind === 'rule' ? rule : '');
  const key = known?.key ?? ownKey ?? keyOf(name);
  const save = useSave(key, known === null);
  const may = useMay()('journeys');
  const ruleReady = kind === 'list' || (check.settled && !check.wrong);
  const changed = !known || known.name !== name.trim() || (known.rule ?? '') !== (kind === 'rule' ? rule : '');
  const body = { name: name.trim(), rule: kind === 'rule' ? rule : null };
  return (
    <div className="audience">
      <Panel title={say(known ? 'audience.definition' : 'audience.whatItIs')}>
        <form
          className="stack-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (ruleReady && changed) save.mutate(body);
          }}
        >
          <TextInput
            label={say('audience.name')}
            value={name}
            maxLength={128}
            data-autofocus={known === null}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {!known && <KeyField value={key} onChange={setOwnKey} />}
          {!known && <KindChoice kind={kind} onChange={setKind} />}
          {kind === 'rule' && <RuleEditor rule={rule} onChange={setRule} />}
          {save.error && <ProblemNote error={save.error} />}
          {!may && <p className="quiet">{say('may.looks')}</p>}
          <div className="actions">
            {may && (
              <Button
                type="submit"
                loading={save.isPending}
                disabled={!ruleReady || !changed || name.trim() === '' || !isKeyForm(key)}
              >
                {say('audience.save')}
              </Button>
            )}
            <span className="quiet" role="status">
              {save.isSuccess && !changed && say('audience.saved')}
            </span>
          </div>
        </form>
      </Panel>
      {kind === 'rule' && <Preview rule={rule} check={check} />}
      {kind === 'list' && may && (known ? <ListForm audience={known} /> : <ListLater />)}
    </div>
  );
}

function ListLater() {
  const { say } = useVoice();
  return (
    <Panel title={say('audience.isList')}>
      <p className="quiet">{say('audience.listLater')}</p>
    </Panel>
  );
}

function KeyField({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const { say } = useVoice();
  const wrong = value !== '' && !isKeyForm(value);
  return (
    <TextInput
      label={say('audience.key')}
      description={say('audience.keyHint', { key: value === '' ? 'key' : value })}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ input: 'code' }}
      value={value}
      maxLength={60}
      spellCheck={false}
      error={wrong ? say('audience.keyWrong') : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function KindChoice({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  const { say } = useVoice();
  return (
    <SegmentedControl
      value={kind}
      aria-label={say('audience.kind')}
      data={[
        { value: 'rule', label: say('audience.byRule') },
        { value: 'list', label: say('audience.isList') },
      ]}
      onChange={(value) => onChange(value === 'list' ? 'list' : 'rule')}
    />
  );
}

function useSave(key: string, isNew: boolean) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: { name: string; rule: string | null }) =>
      ask<AudienceView>(`/v1/audiences/${encodeURIComponent(key)}`, { method: 'PUT', body }),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['audiences'] });
      if (isNew) await navigate({ to: '/audiences/$key', params: { key: saved.key } });
    },
  });
}
