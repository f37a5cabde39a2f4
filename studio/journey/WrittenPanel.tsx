import { Button, FileButton, Textarea } from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { isRaw } from '../form/schema.ts';
import { useVoice } from '../ui/voice.tsx';
import { type RawJourney, rawJourney } from './edit.ts';
import type { Editing } from './editing.ts';

const textOf = (journey: RawJourney) => `${JSON.stringify(journey, null, 2)}\n`;

/** The journey as it stands in its file: typed, pasted or opened here it is drawn at once, and nothing in it is lost. */
export function WrittenPanel({ journeyKey, editing }: { journeyKey: string; editing: Editing }) {
  const { say } = useVoice();
  const { now, change } = editing;
  const [typed, setTyped] = useState({ text: textOf(now), means: now });
  const text = typed.means === now ? typed.text : textOf(now);
  const isRead = read(text) !== null;
  const put = (next: string) => {
    const journey = read(next);
    setTyped({ text: next, means: journey ?? now });
    if (journey) change(journey, 'written');
  };
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    const link = window.document.createElement('a');
    Object.assign(link, { href: url, download: `${journeyKey}.json` });
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <section className="edit-settings" aria-label={say('edit.written')}>
      <h2>{say('edit.written')}</h2>
      <p className="quiet">{say('edit.writtenSays')}</p>
      <div className="actions">
        <Button
          size="xs"
          variant="default"
          disabled={!isRead}
          leftSection={<IconDownload size={14} stroke={1.5} />}
          onClick={download}
        >
          {say('edit.download')}
        </Button>
        <FileButton accept=".json,application/json" onChange={(file) => file && void file.text().then(put)}>
          {(props) => (
            <Button {...props} size="xs" variant="default" leftSection={<IconUpload size={14} stroke={1.5} />}>
              {say('edit.open')}
            </Button>
          )}
        </FileButton>
      </div>
      <Textarea
        aria-label={say('edit.written')}
        classNames={{ input: 'code' }}
        value={text}
        autosize
        minRows={16}
        maxRows={40}
        spellCheck={false}
        error={isRead ? undefined : say('form.noJson')}
        onChange={(event) => put(event.currentTarget.value)}
      />
    </section>
  );
}

/** Null where it is no journey, however badly it may be written. */
function read(text: string): RawJourney | null {
  try {
    const found = JSON.parse(text) as unknown;
    return isRaw(found) && isRaw(found['activities']) ? rawJourney(found) : null;
  } catch {
    return null;
  }
}
