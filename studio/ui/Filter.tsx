import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Empty } from './State.tsx';
import { useVoice } from './voice.tsx';

/** Filters a list by typing; what is typed stands in the address. */
export function FilterField(props: { word: string; value: string; onChange: (text: string) => void }) {
  const { word, value, onChange } = props;
  return (
    <TextInput
      className="filter"
      value={value}
      placeholder={word}
      aria-label={word}
      leftSection={<IconSearch size={16} stroke={1.5} />}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Nothing is like what was typed; the way back to all. */
export function NoneMatch(props: { title: string; says: string; icon: ReactNode; onClear: () => void }) {
  const { say } = useVoice();
  const { title, says, icon, onClear } = props;
  return (
    <Empty title={title} says={says} icon={icon}>
      <Button variant="default" onClick={onClear}>
        {say('people.clear')}
      </Button>
    </Empty>
  );
}

/** Those whose words have what was typed; capitals do not count. Pure. */
export function filtered<R>(rows: readonly R[], typed: string, wordsOf: (row: R) => string): R[] {
  const wanted = typed.trim().toLocaleLowerCase();
  return wanted === '' ? [...rows] : rows.filter((row) => wordsOf(row).toLocaleLowerCase().includes(wanted));
}
