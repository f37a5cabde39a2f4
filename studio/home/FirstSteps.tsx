import { Anchor, Button } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { TextLink } from '../ui/Link.tsx';
import { Panel } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';

/** For the newcomer in the demo: the way from an empty shop to a mail. */
export function FirstSteps({ shopUrl }: { shopUrl: string }) {
  const { say } = useVoice();
  const [hidden, setHidden] = useLocalStorage({ key: 'beckon-steps-hidden', defaultValue: false });
  if (hidden) return null;
  const shop = (
    <Anchor href={shopUrl} target="_blank" rel="noreferrer">
      {say('home.step.shop')}
    </Anchor>
  );
  const mail = <TextLink to="/mailbox">{say('home.step.mail')}</TextLink>;
  const hide = (
    <Button size="compact-sm" variant="subtle" color="control" onClick={() => setHidden(true)}>
      {say('home.hideStart')}
    </Button>
  );
  return (
    <Panel title={say('home.start')} aside={hide} className="panel-signal">
      <p className="quiet reading">{say('home.startSays')}</p>
      <ol className="steps">
        <Step name={shop} says={say('home.step.shopSays')} />
        <Step name={say('home.step.sign')} says={say('home.step.signSays')} />
        <Step name={say('home.step.cart')} says={say('home.step.cartSays')} />
        <Step name={say('home.step.leave')} says={say('home.step.leaveSays')} />
        <Step name={say('home.step.clock')} says={say('home.step.clockSays')} />
        <Step name={mail} says={say('home.step.mailSays')} />
      </ol>
    </Panel>
  );
}

function Step({ name, says }: { name: ReactNode; says: string }) {
  return (
    <li>
      <b>{name}</b>
      <span className="quiet">{says}</span>
    </li>
  );
}
