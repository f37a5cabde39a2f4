import { SegmentedControl } from '@mantine/core';
import { useVoice } from './voice.tsx';

/** The switch between a form and the same thing as it is written. */
export function Written(props: { value: boolean; onChange: (written: boolean) => void }) {
  const { say } = useVoice();
  return (
    <SegmentedControl
      size="xs"
      value={props.value ? 'json' : 'form'}
      aria-label={say('form.view')}
      data={[
        { value: 'form', label: say('form.form') },
        { value: 'json', label: 'JSON' },
      ]}
      onChange={(value) => props.onChange(value === 'json')}
    />
  );
}
