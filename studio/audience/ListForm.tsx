import { Button, FileButton, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { Panel } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import { changeList, csvOf } from './list.ts';
import type { AudienceListReport, AudienceView } from '../../src/api/contract-audience.ts';

/** Puts people in a list or takes them out: lines typed or pasted, or a CSV file. */
export function ListForm({ audience }: { audience: AudienceView }) {
  const { say } = useVoice();
  const [lines, setLines] = useState('');
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: ({ how, csv }: { how: 'add' | 'remove'; csv: string }) => changeList(audience.key, how, csv),
    onSuccess: () => {
      setLines('');
      return client.invalidateQueries({ queryKey: ['audiences'] });
    },
  });
  const isEmpty = lines.trim() === '';
  const send = (how: 'add' | 'remove') => change.mutate({ how, csv: csvOf(lines) });
  const take = (file: File | null) => {
    if (file) void file.text().then((csv) => change.mutate({ how: 'add', csv }));
  };
  return (
    <Panel title={say('list.title')}>
      <div className="stack-form">
        <Textarea
          label={say('list.people')}
          description={say('list.peopleHint')}
          inputWrapperOrder={['label', 'input', 'description']}
          classNames={{ input: 'rule-field' }}
          value={lines}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          placeholder={'ada@example.com\ncrm:42'}
          onChange={(event) => setLines(event.currentTarget.value)}
        />
        <div className="actions">
          <Button size="xs" disabled={isEmpty} loading={change.isPending} onClick={() => send('add')}>
            {say('list.add')}
          </Button>
          <Button size="xs" variant="default" disabled={isEmpty || change.isPending} onClick={() => send('remove')}>
            {say('list.remove')}
          </Button>
          <FileButton accept=".csv,text/csv,text/plain" onChange={take}>
            {(props) => (
              <Button
                {...props}
                size="xs"
                variant="default"
                disabled={change.isPending}
                leftSection={<IconUpload size={14} stroke={1.5} />}
              >
                {say('list.file')}
              </Button>
            )}
          </FileButton>
        </div>
        {change.error && <ProblemNote error={change.error} />}
        <div role="status">{change.data && <Report report={change.data} />}</div>
      </div>
    </Panel>
  );
}

function Report({ report }: { report: AudienceListReport }) {
  const { say } = useVoice();
  return (
    <>
      <p>{say('list.changed', { count: report.changed })}</p>
      {report.refused > 0 && (
        <>
          <p className="text-harm">{say('list.refused', { count: report.refused })}</p>
          <ul className="pairs">
            {report.faults.slice(0, 20).map(({ line, why }) => (
              <Pair key={`${line} ${why}`} name={say('list.row', { row: line - 1 })} value="" note={why} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
