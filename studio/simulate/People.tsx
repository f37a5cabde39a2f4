import { Button, Select, Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SimulatedPersonView } from '../../src/api/contract-simulation.ts';
import type { JourneyDocument } from '../journey/document.ts';
import { titleOf } from '../journey/sentence.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { reasonWords } from '../ui/reason.ts';
import { useVoice } from '../ui/voice.tsx';
import { simulatedPeople } from './query.ts';

interface Props {
  id: string;
  journeyKey: string;
  document: JourneyDocument;
  activity: string | undefined;
  reasons: string[];
}

/** People whom the journey touched: where each ended, what they got, and why not. */
export function People({ id, journeyKey, document, activity, reasons }: Props) {
  const { say } = useVoice();
  const { reason, q } = useSearch({ from: '/journeys/$key/simulate' });
  const navigate = useNavigate({ from: '/journeys/$key/simulate' });
  const whom = { journey: journeyKey, activity: activity === 'entry' ? undefined : activity, reason, text: q };
  const { data, error, refetch } = useQuery(simulatedPeople(id, whom));
  const change = (some: { reason?: string | undefined; q?: string | undefined; activity?: undefined }) =>
    void navigate({ search: (old) => ({ ...old, run: id, ...some }), replace: true, resetScroll: false });
  const left = (data?.count ?? 0) - (data?.people.length ?? 0);
  return (
    <Panel title={say('simulate.whom', { count: data?.count ?? 0 })}>
      <div className="simulate-filters">
        <TextInput
          value={q ?? ''}
          placeholder={say('simulate.find')}
          aria-label={say('simulate.find')}
          leftSection={<IconSearch size={16} stroke={1.5} />}
          onChange={(event) => change({ q: event.currentTarget.value || undefined })}
        />
        <Select
          clearable
          value={reason ?? null}
          placeholder={say('simulate.anyReason')}
          aria-label={say('simulate.whyNot')}
          data={reasons.map((value) => ({ value, label: reasonWords(value, say) }))}
          onChange={(value) => change({ reason: value ?? undefined })}
        />
        {activity !== undefined && (
          <Button
            variant="default"
            rightSection={<IconX size={14} stroke={1.5} />}
            onClick={() => change({ activity: undefined })}
          >
            {say('simulate.cameTo', { activity: titleOf(document, activity, say) })}
          </Button>
        )}
      </div>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={6} height={28} />}
      {data?.people.length === 0 && <p className="quiet">{say('simulate.noneFit')}</p>}
      {data && data.people.length > 0 && (
        <div className="table table-bare">
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('simulate.person')}</Table.Th>
                <Table.Th>{say('simulate.stands')}</Table.Th>
                <Table.Th className="number">{say('simulate.mails')}</Table.Th>
                <Table.Th className="wide-only">{say('simulate.whyNot')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.people.map((person) => (
                <Row key={person.no} person={person} journeyKey={journeyKey} document={document} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {left > 0 && <p className="quiet table-left">{say('simulate.more', { count: left })}</p>}
    </Panel>
  );
}

function Row(props: { person: SimulatedPersonView; journeyKey: string; document: JourneyDocument }) {
  const { person, journeyKey, document } = props;
  const { say, number } = useVoice();
  const navigate = useNavigate({ from: '/journeys/$key/simulate' });
  const run = person.runs.findLast(({ journey }) => journey === journeyKey);
  const stands = run?.end ? reasonWords(run.end.reason, say) : run ? titleOf(document, run.activity, say) : '–';
  const whyNot = [...new Set(person.whyNot.map(({ reason }) => reasonWords(reason, say)))];
  return (
    <Table.Tr>
      <Table.Td className="main-cell">
        <button
          type="button"
          className="row-link simulate-name"
          onClick={() =>
            void navigate({ search: (old) => ({ ...old, who: person.no, mail: undefined }), resetScroll: false })
          }
        >
          {person.label}
        </button>
        {whyNot.length > 0 && <span className="quiet narrow-only">{whyNot.join(', ')}</span>}
      </Table.Td>
      <Table.Td>{stands}</Table.Td>
      <Table.Td className="number">{number(person.mails.length)}</Table.Td>
      <Table.Td className="wide-only quiet">{whyNot.join(', ')}</Table.Td>
    </Table.Tr>
  );
}
