import { Button, NumberInput, Select } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CreditRules } from '../../src/api/contract-measured.ts';
import { ask } from '../api/client.ts';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { useMay } from '../ui/may.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { creditRules } from './query.ts';

type Rule = CreditRules['rules'][number];

/** By which rule orders are credited, and another one for those to come. */
export function CreditRule() {
  const { say } = useVoice();
  const may = useMay();
  const { data, error, refetch } = useQuery(creditRules);
  const rule = data?.at(-1);
  return (
    <Panel title={say('reports.rule')}>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={2} />}
      {rule && <InForce rule={rule} />}
      {rule && may('settings') && <RuleForm key={rule.version} rule={rule} />}
    </Panel>
  );
}

function InForce({ rule: { model, clickDays, orderDays, name, since } }: { rule: Rule }) {
  const { say, moment, number } = useVoice();
  return (
    <>
      <p>
        {say(model === 'first' ? 'reports.ruleFirst' : 'reports.ruleLast', {
          click: number(clickDays),
          order: number(orderDays),
        })}
      </p>
      <p className="quiet">
        <code>{name}</code>
        {since !== null && ` · ${say('reports.ruleSince', { at: moment(since) })}`}
      </p>
    </>
  );
}

function RuleForm({ rule }: { rule: Rule }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const { model, clickDays, orderDays } = rule;
  const [draft, setDraft] = useState({ model, clickDays, orderDays });
  const put = useMutation({
    mutationFn: () => ask<unknown>('/v1/credit-rule', { method: 'PUT', body: draft }),
    onSuccess: () => client.invalidateQueries(),
  });
  const same = draft.model === model && draft.clickDays === clickDays && draft.orderDays === orderDays;
  const days = (name: 'clickDays' | 'orderDays') => (
    <NumberInput
      label={say(`reports.${name}`)}
      value={draft[name]}
      min={1}
      max={30}
      allowDecimal={false}
      error={faultAt(put.error, name)}
      onChange={(value) => setDraft({ ...draft, [name]: Number(value) })}
    />
  );
  return (
    <form
      className="report-form"
      onSubmit={(event) => {
        event.preventDefault();
        put.mutate();
      }}
    >
      <Select
        label={say('reports.ruleModel')}
        value={draft.model}
        allowDeselect={false}
        data={(['last', 'first'] as const).map((value) => ({ value, label: say(`reports.model.${value}`) }))}
        onChange={(value) => setDraft({ ...draft, model: value === 'first' ? 'first' : 'last' })}
      />
      {days('clickDays')}
      {days('orderDays')}
      <Button type="submit" disabled={same} loading={put.isPending}>
        {say('reports.ruleSave')}
      </Button>
      <p className="quiet report-form-note">{say('reports.ruleSays')}</p>
      <ProblemOf error={elsewhere(put.error, 'clickDays', 'orderDays')} />
    </form>
  );
}

function ProblemOf({ error }: { error: unknown }) {
  return error ? <ProblemNote error={error} /> : null;
}
