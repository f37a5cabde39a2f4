import { NativeSelect, Table } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ask } from '../api/client.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { choiceOf, fieldChoices, mappingAfter, type Choice } from './mapping.ts';
import { feedPath } from './query.ts';
import type { FeedPreview, FeedRunView } from '../../src/api/contract-feed.ts';

/** What each column becomes. Choosing another field saves the mapping and tries the same file again. */
export function FeedColumns({ feedKey, preview, busy }: { feedKey: string; preview: FeedPreview; busy: boolean }) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const choose = useMutation({
    mutationFn: async ({ column, choice }: { column: string; choice: Choice }) => {
      const mapping = mappingAfter(preview, column, choice);
      await ask<unknown>(feedPath(feedKey), { method: 'PUT', body: { mapping } });
      const body = { dry: true, again: true };
      return ask<FeedRunView>(`${feedPath(feedKey)}/runs`, { method: 'POST', body });
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['feeds'] });
      await navigate({ to: '/feeds/$key', params: { key: feedKey }, search: { run: id } });
    },
  });
  const choices = [
    ...fieldChoices.map((field) => ({ value: field as string, label: field as string })),
    { value: 'attribute', label: say('feed.asAttribute') },
    { value: 'none', label: say('feed.leftOut') },
  ];
  const aside = (
    <span className="quiet">
      {say('feed.read', { format: preview.format.toUpperCase(), encoding: preview.encoding })}
    </span>
  );
  return (
    <Panel title={say('feed.columns')} aside={aside}>
      {choose.error && <ProblemNote error={choose.error} />}
      <div className="table table-bare">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('feed.column')}</Table.Th>
              <Table.Th className="wide-only">{say('feed.samples')}</Table.Th>
              <Table.Th>{say('feed.becomes')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {preview.columns.map(({ name, samples, field }) => (
              <Table.Tr key={name}>
                <Table.Td>
                  <span className="code">{name}</span>
                </Table.Td>
                <Table.Td className="wide-only quiet">{samples.join(' · ') || '–'}</Table.Td>
                <Table.Td>
                  <NativeSelect
                    size="xs"
                    aria-label={`${name}: ${say('feed.becomes')}`}
                    value={choiceOf(field)}
                    disabled={busy || choose.isPending}
                    data={choices}
                    onChange={(event) => choose.mutate({ column: name, choice: event.currentTarget.value as Choice })}
                  />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </Panel>
  );
}
