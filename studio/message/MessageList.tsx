import { Table, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconMail } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { templates } from './query.ts';

/** The message templates there are. */
export function MessageList() {
  const { say, moment, number } = useVoice();
  const { data, error, refetch } = useQuery(templates);
  const { q = '' }: { q?: string | undefined } = useSearch({ from: '/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const found = data?.filter(({ name, key }) => `${name} ${key}`.toLowerCase().includes(q.toLowerCase())) ?? [];
  return (
    <>
      {error && !data ? (
        <ProblemNote error={error} again={() => void refetch()} />
      ) : !data ? (
        <Rows count={6} height={28} />
      ) : data.length === 0 ? (
        <Empty title={say('messages.none')} says={say('messages.noneSays')} icon={<IconMail stroke={1.5} />} />
      ) : (
        <>
          <TextInput
            className="filter"
            aria-label={say('messages.filter')}
            placeholder={say('messages.filter')}
            value={q}
            onChange={(event) =>
              void navigate({
                search: (before) => ({ ...before, q: event.currentTarget.value || undefined }),
                replace: true,
              })
            }
          />
          {found.length === 0 && <p className="quiet">{say('messages.noneMatch', { query: q })}</p>}
          <div className="table">
            <Table highlightOnHover>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{say('form.name')}</Table.Th>
                  <Table.Th>{say('messages.sent')}</Table.Th>
                  <Table.Th className="number wide-only">{say('messages.version')}</Table.Th>
                  <Table.Th className="number wide-only">{say('designs.saved')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map(({ key, name, version, published, savedAt }) => (
                  <Table.Tr key={key}>
                    <Table.Td className="main-cell">
                      <Link to="/messages/$key" params={{ key }} className="row-link">
                        {name}
                      </Link>
                      <span className="quiet">{key}</span>
                    </Table.Td>
                    <Table.Td>
                      {published === null
                        ? say('messages.notSent')
                        : published === version
                          ? say('messages.isSent')
                          : say('messages.draftOver', { version: published })}
                    </Table.Td>
                    <Table.Td className="number wide-only">{number(version)}</Table.Td>
                    <Table.Td className="number wide-only">{moment(savedAt)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        </>
      )}
    </>
  );
}
