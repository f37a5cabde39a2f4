import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Problem } from '../../src/api/contract.ts';
import { ApiError, noAnswer, noAnswerSent } from '../api/client.ts';
import { TextLink } from './Link.tsx';
import { isKey } from '../words/words.ts';
import { useVoice } from './voice.tsx';

/** What went wrong: what, why, the mend, and a way to try again. */
export function ProblemNote({ error, again }: { error: unknown; again?: (() => void) | undefined }) {
  const { say } = useVoice();
  const words = useProblemWords(error);
  return (
    <div className="problem" role="alert">
      <IconAlertTriangle className="problem-icon" size={20} stroke={1.5} aria-hidden="true" />
      <div className="problem-words">
        <strong>{words.title}</strong>
        {words.detail && <p>{say('problem.why', { why: words.detail })}</p>}
        {words.where && <p>{say('problem.where', { where: words.where })}</p>}
        {words.mend && <p>{say('problem.mend', { mend: words.mend })}</p>}
        {words.code && <p className="quiet code">{words.code}</p>}
        {again && (
          <Button variant="default" size="xs" mt={8} onClick={again}>
            {say('problem.again')}
          </Button>
        )}
      </div>
    </div>
  );
}

function useProblemWords(error: unknown): Partial<Problem> & { title: string } {
  const { say } = useVoice();
  if (!(error instanceof ApiError)) {
    return { title: say('problem.title'), detail: error instanceof Error ? error.message : String(error) };
  }
  const { problem } = error;
  // Where the language has a sentence of its own for the code, it says all that there is.
  const own = `problem.of.${problem.code}`;
  if (isKey(own)) return { title: say(own), code: problem.code };
  const lost = problem.code === noAnswerSent;
  if (problem.code !== noAnswer && !lost) return { ...problem, title: problem.title || say('problem.title') };
  const detail = say(lost ? 'problem.goneSent' : 'problem.goneWhy', { path: problem.detail });
  return { title: say('problem.gone'), detail, mend: say('problem.goneMend') };
}

/** What the page will look like, one sentence, one action. */
export function Empty(props: { title: string; says: string; icon: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <div className="empty-sketch" aria-hidden="true">
        {props.icon}
        <span />
        <span />
        <span />
      </div>
      <h2>{props.title}</h2>
      <p className="quiet">{props.says}</p>
      {props.children}
    </div>
  );
}

export function Rows({ count = 6, height = 20 }: { count?: number; height?: number }) {
  const { say } = useVoice();
  return (
    <div className="rows" role="status" aria-label={say('loading')}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={height} width={`${96 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}

export function PageSkeleton() {
  const { say } = useVoice();
  return (
    <div className="page">
      <VisuallyHidden component="h1">{say('loading')}</VisuallyHidden>
      <Skeleton height={32} width="min(480px, 80%)" mb={24} />
      <Rows />
    </div>
  );
}

export function NotFound() {
  const { say } = useVoice();
  const path = useLocation({ select: (location) => location.pathname });
  return (
    <div className="page">
      <h1>{say('problem.notFound')}</h1>
      <p className="quiet">{say('problem.notFoundSays', { path })}</p>
      <TextLink to="/">{say('problem.home')}</TextLink>
    </div>
  );
}

export function CrashNote({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <div className="page">
      <ProblemNote error={error} again={reset} />
    </div>
  );
}
