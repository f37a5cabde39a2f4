import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActivityInput } from '../../src/api/contract-design.ts';
import { ApiError } from '../api/client.ts';
import { audiences } from '../audience/query.ts';
import { designs } from '../design/query.ts';
import { Fields } from '../form/Fields.tsx';
import { FormContext, type FormFrame } from '../form/form.ts';
import type { Raw } from '../form/schema.ts';
import { offers } from '../offer/query.ts';
import { criteria, useNames } from '../recommend/query.ts';
import { definitions } from '../rule/query.ts';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { activitySchema } from './query.ts';

interface Props {
  draft: ActivityInput;
  onChange: (draft: ActivityInput) => void;
  error: unknown;
}

const ways = ['recommend', 'experiences'] as const;

/** To whom a place shows what: its own fields, then criteria and designs, or experiences one by one. */
export function ActivityFields({ draft, onChange, error }: Props) {
  const { say } = useVoice();
  const { data: schema, error: unread, refetch } = useQuery(activitySchema);
  const frame = useFrame(error);
  const [kept, setKept] = useState<Pick<ActivityInput, 'experiences' | 'recommend'>>({});
  if (unread) return <ProblemNote error={unread} again={() => void refetch()} />;
  if (!schema) return <Rows count={4} />;
  const way = draft.experiences === undefined ? 'recommend' : 'experiences';
  const turn = (next: string) => {
    const { experiences, recommend, ...rest } = draft;
    setKept({ experiences, recommend });
    onChange(
      next === 'recommend'
        ? { ...rest, recommend: kept.recommend ?? { criteria: [{ criterion: 'popular' }] } }
        : { ...rest, experiences: kept.experiences ?? [{ key: 'a', offers: [] }] },
    );
  };
  const put = (next: Raw) => onChange(next as unknown as ActivityInput);
  return (
    <FormContext value={frame}>
      <Fields
        schema={schema}
        value={draft as unknown as Raw}
        place={[]}
        names={['location', 'audience', 'control', 'priority', 'start', 'end']}
        more={['priority', 'start', 'end']}
        onChange={put}
      />
      <SegmentedControl
        className="fits"
        aria-label={say('places.ways')}
        value={way}
        data={ways.map((value) => ({ value, label: say(`places.way.${value}`) }))}
        onChange={turn}
      />
      {draft.recommend === undefined ? (
        <Fields schema={schema} value={draft as unknown as Raw} place={[]} names={['experiences']} onChange={put} />
      ) : (
        <Fields
          schema={schema.properties!['recommend']!}
          value={draft.recommend as unknown as Raw}
          place={['recommend']}
          more={['collection', 'promotions', 'partial', 'backup', 'limit', 'selector']}
          onChange={(recommend) => put({ ...draft, recommend })}
        />
      )}
    </FormContext>
  );
}

/** What the fields may name, and what saving said of one of them. */
function useFrame(error: unknown): FormFrame {
  const nameOf = useNames();
  const named = (rows: readonly { key: string; name: string }[] | undefined) =>
    (rows ?? []).map(({ key, name }) => ({ value: key, label: name }));
  const problem = error instanceof ApiError ? error.problem : null;
  return {
    of: 'place',
    at: [],
    faults: new Map(problem?.where === undefined ? [] : [[problem.where, problem.detail]]),
    known: {
      criterion: (useQuery(criteria).data ?? []).map(({ key }) => ({ value: key, label: nameOf(key) })),
      design: named(useQuery(designs).data),
      collection: named(useQuery(definitions('collections')).data),
      promotions: named(useQuery(definitions('promotions')).data),
      offer: named(useQuery(offers).data),
      audience: named(useQuery(audiences).data),
    },
    closed: ['criterion', 'design', 'collection', 'offer', 'audience'],
    onUnread: () => {},
  };
}
