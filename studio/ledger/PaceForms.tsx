import { Button, Modal, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { PaceView } from '../../src/api/contract-pace.ts';
import { ask } from '../api/client.ts';
import { journeys } from '../api/query.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';
import { capsOf } from './caps.ts';

type Form = 'rate' | 'warmUp' | 'told';
const forms: readonly Form[] = ['rate', 'warmUp', 'told'];

/** What a person may set of the pace: a rate, a plan of warming up, and what a host shows to senders alone. */
export function PaceForms({ data }: { data: PaceView }) {
  const { say } = useVoice();
  const [form, setForm] = useState<Form | null>(null);
  const close = () => setForm(null);
  return (
    <>
      <div className="actions">
        {forms.map((one) => (
          <Button key={one} size="xs" variant="default" onClick={() => setForm(one)}>
            {say(`pace.form.${one}`)}
          </Button>
        ))}
      </div>
      {form === 'rate' && <RateForm onClose={close} />}
      {form === 'warmUp' && <WarmUpForm domains={data.domains} onClose={close} />}
      {form === 'told' && <ToldForm domains={data.domains} onClose={close} />}
    </>
  );
}

function RateForm({ onClose }: { onClose: () => void }) {
  const { say } = useVoice();
  const { data = [] } = useQuery(journeys);
  const [kind, setKind] = useState('all');
  const [name, setName] = useState('');
  const [perMinute, setPerMinute] = useState<number | string>('');
  const lane = kind === 'all' ? kind : `${kind}:${name.trim()}`;
  const isWhole = (kind === 'all' || name.trim() !== '') && Number(perMinute) >= 1;
  return (
    <SetForm
      title={say('pace.form.rate')}
      says={say('pace.rate.says')}
      path={`rates/${encodeURIComponent(lane)}`}
      body={{ perMinute: Number(perMinute) }}
      isWhole={isWhole}
      onClose={onClose}
    >
      <Select
        label={say('pace.rate.of')}
        data={(['all', 'host', 'way', 'journey'] as const).map((value) => ({
          value,
          label: say(`pace.rate.of.${value}`),
        }))}
        value={kind}
        allowDeselect={false}
        onChange={(value) => {
          setKind(value ?? 'all');
          setName('');
        }}
      />
      {kind === 'journey' && (
        <Select
          label={say('search.journey')}
          data={data.map(({ key, name: label }) => ({ value: key, label: recipeWords(label, say) }))}
          value={name === '' ? null : name}
          searchable
          onChange={(value) => setName(value ?? '')}
        />
      )}
      {(kind === 'host' || kind === 'way') && (
        <TextInput
          label={say(`pace.rate.of.${kind}`)}
          description={say(`pace.rate.${kind}.says`)}
          value={name}
          maxLength={190}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      )}
      <NumberInput
        label={say('pace.rate.perMinute')}
        min={1}
        max={1_000_000}
        allowDecimal={false}
        value={perMinute}
        onChange={setPerMinute}
      />
    </SetForm>
  );
}

/** The plan that is begun with where nobody changes it (docs/guide/mails.md). */
const usualCaps = '50, 100, 200, 400, 800, 1500, 3000, 5000, 8000, 12000, 18000, 25000, 35000, 50000';

function WarmUpForm({ domains, onClose }: { domains: string[]; onClose: () => void }) {
  const { say } = useVoice();
  const [domain, setDomain] = useState(domains[0] ?? null);
  const [caps, setCaps] = useState(usualCaps);
  const [day, setDay] = useState<number | string>(1);
  const plan = capsOf(caps);
  const step = Number(day) - 1;
  return (
    <SetForm
      title={say('pace.form.warmUp')}
      says={say('pace.warmUp.says')}
      path={`warm-ups/${encodeURIComponent(domain ?? '')}`}
      body={{ caps: plan, step }}
      isWhole={domain !== null && plan !== null && step >= 0 && step < plan.length}
      onClose={onClose}
    >
      <Select label={say('pace.domain')} data={domains} value={domain} onChange={setDomain} allowDeselect={false} />
      <Textarea
        label={say('pace.warmUp.caps')}
        description={say('pace.warmUp.caps.says')}
        value={caps}
        error={plan === null ? say('pace.warmUp.caps.wrong') : undefined}
        autosize
        onChange={(event) => setCaps(event.currentTarget.value)}
      />
      <NumberInput
        label={say('pace.warmUp.day')}
        min={1}
        max={plan?.length ?? 60}
        allowDecimal={false}
        value={day}
        onChange={setDay}
      />
    </SetForm>
  );
}

function ToldForm({ domains, onClose }: { domains: string[]; onClose: () => void }) {
  const { say, frame } = useVoice();
  const [domain, setDomain] = useState(domains[0] ?? null);
  const [host, setHost] = useState('gmail');
  const [day, setDay] = useState(() => new Date(frame.now - 86_400_000).toISOString().slice(0, 10));
  const [percent, setPercent] = useState<number | string>('');
  return (
    <SetForm
      title={say('pace.form.told')}
      says={say('pace.told.says')}
      path="complaints"
      body={{ domain, host: host.trim().toLowerCase(), day, share: Number(percent) / 100 }}
      isWhole={domain !== null && host.trim() !== '' && day !== '' && percent !== ''}
      onClose={onClose}
    >
      <Select label={say('pace.domain')} data={domains} value={domain} onChange={setDomain} allowDeselect={false} />
      <TextInput
        label={say('pace.told.host')}
        value={host}
        maxLength={190}
        onChange={(event) => setHost(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label={say('pace.told.day')}
        value={day}
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <NumberInput
        label={say('pace.told.share')}
        min={0}
        max={100}
        decimalScale={4}
        suffix=" %"
        value={percent}
        onChange={setPercent}
      />
    </SetForm>
  );
}

/** A form over a page, which puts something down when it is whole. */
function SetForm(given: {
  title: string;
  says: string;
  path: string;
  body: object;
  isWhole: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  const { say } = useVoice();
  const put = usePut(given.onClose);
  return (
    <Modal
      opened
      onClose={given.onClose}
      title={<b>{given.title}</b>}
      closeButtonProps={{ 'aria-label': say('journey.cancel') }}
    >
      <div className="stack-form">
        <p className="quiet">{given.says}</p>
        {given.children}
        {put.error && <ProblemNote error={put.error} />}
        <div className="actions">
          <Button
            disabled={!given.isWhole}
            loading={put.isPending}
            onClick={() => put.mutate({ path: given.path, method: 'PUT', body: given.body })}
          >
            {say('pace.set')}
          </Button>
          <Button variant="default" onClick={given.onClose}>
            {say('journey.cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** Changes something of the pace, and reads the page anew. */
export function usePut(onDone: () => void = () => {}) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ path, ...what }: { path: string; method: 'PUT' | 'DELETE'; body?: object }) =>
      ask<unknown>(`/v1/sending/${path}`, what),
    onSuccess: async () => {
      await client.invalidateQueries();
      onDone();
    },
  });
}
