import { SegmentedControl } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';
import type { MailGroup, ShownGroup } from './query.ts';

/** By what the rows of a panel are told apart. */
export function By<G extends MailGroup | ShownGroup>(props: {
  value: G;
  groups: readonly G[];
  onChange: (by: G) => void;
}) {
  const { say } = useVoice();
  return (
    <SegmentedControl
      size="xs"
      className="report-by"
      aria-label={say('reports.by')}
      value={props.value}
      onChange={(value) => props.onChange(value as G)}
      data={props.groups.map((value) => ({ value, label: say(`reports.by.${value}`) }))}
    />
  );
}
