import { Button, CopyButton } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useVoice } from './voice.tsx';

/** A text to be taken along whole, such as a snippet or a key: it is shown as it is, with a button that copies it. */
export function CopyText({ name, text }: { name: string; text: string }) {
  const { say } = useVoice();
  return (
    <figure className="copy-text">
      <figcaption>
        <b>{name}</b>
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              leftSection={copied ? <IconCheck size={14} stroke={1.5} /> : <IconCopy size={14} stroke={1.5} />}
              onClick={copy}
            >
              {say(copied ? 'team.copied' : 'team.copy')}
            </Button>
          )}
        </CopyButton>
      </figcaption>
      <pre className="raw" tabIndex={0} aria-label={name}>
        {text}
      </pre>
    </figure>
  );
}
