import { Button, Menu, TextInput } from '@mantine/core';
import { IconBraces } from '@tabler/icons-react';
import { useState } from 'react';
import { useVoice } from '../ui/voice.tsx';
import { useForm } from './form.ts';

const mostShown = 40;

/** Puts the name of a field into an expression: found by typing, with a value as it really was lately. */
export function FieldPicker({ onPick }: { onPick: (path: string) => void }) {
  const { say } = useVoice();
  const { picks = [] } = useForm();
  const [sought, setSought] = useState('');
  if (picks.length === 0) return null;
  const hits = picks.filter(({ path }) => path.toLowerCase().includes(sought.trim().toLowerCase()));
  return (
    <Menu position="bottom-start" width={320} onClose={() => setSought('')} returnFocus={false}>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="default"
          className="field-picker"
          leftSection={<IconBraces size={14} stroke={1.5} />}
        >
          {say('pick.field')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          size="xs"
          m={4}
          data-autofocus
          aria-label={say('pick.find')}
          placeholder={say('pick.find')}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
        <div className="field-picks">
          {hits.slice(0, mostShown).map(({ path, sample }) => (
            <Menu.Item key={path} onClick={() => onPick(path)}>
              <span className="code">{path}</span>
              {sample !== '' && <span className="quiet field-sample">{sample}</span>}
            </Menu.Item>
          ))}
          {hits.length === 0 && <p className="quiet">{say('pick.none')}</p>}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
