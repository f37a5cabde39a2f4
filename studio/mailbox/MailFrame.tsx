import { SegmentedControl, Switch } from '@mantine/core';
import { useState } from 'react';
import { useVoice } from '../ui/voice.tsx';
import { frameOf } from './frame.ts';

/** A mail as its reader sees it, narrow or wide, light or dark. Nothing in it runs; links open beside only where `links` says so. */
export function MailFrame(props: {
  subject: string;
  html: string;
  links: boolean;
  /** How wide it is at first; as wide as the window allows when left out. */
  begin?: '320' | '600';
}) {
  const { subject, html, links, begin } = props;
  const { say } = useVoice();
  const [width, setWidth] = useState<string>(() => begin ?? (window.innerWidth < 800 ? '320' : '600'));
  const [dark, setDark] = useState(false);
  return (
    <>
      <div className="mail-tools">
        <SegmentedControl
          size="xs"
          value={width}
          aria-label={say('mailbox.width')}
          data={[
            { value: '600', label: '600' },
            { value: '320', label: '320' },
          ]}
          onChange={setWidth}
        />
        <Switch
          size="sm"
          checked={dark}
          label={say('mailbox.dark')}
          onChange={(event) => setDark(event.currentTarget.checked)}
        />
      </div>
      {html === '' ? (
        <p className="quiet">{say('mailbox.noHtml')}</p>
      ) : (
        <div className="mail-stage">
          <iframe
            className={dark ? 'mail-frame mail-frame-dark' : 'mail-frame'}
            key={dark ? 'dark' : 'light'}
            title={say('mailbox.frame', { subject })}
            sandbox={links ? 'allow-popups allow-popups-to-escape-sandbox' : ''}
            referrerPolicy="no-referrer"
            srcDoc={frameOf(html, dark)}
            style={{ width: `${width}px` }}
          />
        </div>
      )}
    </>
  );
}
