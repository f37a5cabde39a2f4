import { Anchor, Group } from '@mantine/core';
import { useVoice } from '../ui/voice.tsx';

/** The same as files; `to` ends where the format is said. */
export function Files({ to }: { to: string }) {
  const { say } = useVoice();
  return (
    <Group gap="md" mt="sm">
      {(['csv', 'ndjson'] as const).map((format) => (
        <Anchor key={format} href={`${to}format=${format}`} download>
          {say('reports.file', { format: format.toUpperCase() })}
        </Anchor>
      ))}
    </Group>
  );
}
