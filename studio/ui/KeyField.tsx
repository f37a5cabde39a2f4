import { TextInput } from '@mantine/core';
import { isKeyForm } from '../audience/rule.ts';
import { useVoice } from './voice.tsx';

/** The key of something new: made of its name, until somebody writes another. */
export function KeyField(props: { value: string; says: string; taken: boolean; onChange: (key: string) => void }) {
  const { say } = useVoice();
  const { value, says, taken, onChange } = props;
  const isWrong = value !== '' && !isKeyForm(value);
  return (
    <TextInput
      label={say('audience.key')}
      description={says}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      classNames={{ input: 'code' }}
      value={value}
      maxLength={60}
      spellCheck={false}
      error={isWrong ? say('audience.keyWrong') : taken ? say('key.taken') : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
