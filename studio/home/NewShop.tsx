import './home.css';
import { useQuery } from '@tanstack/react-query';
import { IconCircle, IconCircleCheck } from '@tabler/icons-react';
import type { Overview } from '../../src/api/contract.ts';
import { journeys } from '../api/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { Panel } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Step, doneSteps, nextStep, steps } from './path.ts';

const leads: Record<Step, { to: '/settings' | '/feeds' | '/journeys' | '/ledger'; search?: { show: string } }> = {
  event: { to: '/settings', search: { show: 'shop' } },
  items: { to: '/feeds' },
  reachable: { to: '/settings', search: { show: 'signUps' } },
  journey: { to: '/journeys' },
  mail: { to: '/ledger' },
};

/** From an empty shop to its first mail, each step checked while one looks. Gone once all are done. */
export function NewShop({ overview }: { overview: Overview }) {
  const { say } = useVoice();
  const { data } = useQuery(journeys);
  if (!data) return null;
  const done = doneSteps({ overview, journeys: data });
  const next = nextStep(done);
  if (next === null) return null;
  return (
    <Panel title={say('home.path', { done: done.size, of: steps.length })} className="panel-signal">
      <ol className="path-steps">
        {steps.map((step) => (
          <li key={step} className={done.has(step) ? 'path-done' : undefined}>
            {done.has(step) ? (
              <IconCircleCheck size={18} stroke={1.5} aria-label={say('home.path.isDone')} />
            ) : (
              <IconCircle size={18} stroke={1.5} aria-label={say('home.path.isOpen')} />
            )}
            <span>
              <b>{say(`home.path.${step}`)}</b>
              <span className="quiet path-says">
                {say(done.has(step) ? `home.path.${step}.done` : `home.path.${step}.says`)}
              </span>
            </span>
            {step === next && (
              <ButtonLink {...leads[step]} size="xs" variant="default">
                {say(`home.path.${step}.go`)}
              </ButtonLink>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
