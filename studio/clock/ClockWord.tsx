import { ActionIcon, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconClockCheck, IconX } from '@tabler/icons-react';
import { clock } from '../api/query.ts';
import { isSameDay } from '../ui/format.ts';
import { ProblemNote } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import type { Advance } from './advance.ts';
import { advanceWords } from './word.ts';

/** How far the clock has come while it moves. */
export function ClockProgress({ advance }: { advance: Advance }) {
  const { state } = advance;
  const moving = state.is === 'moving';
  const { data } = useQuery({ ...clock, refetchInterval: moving ? 400 : 2_000 });
  const { say } = useVoice();
  if (!moving) return null;
  const done = data ? ((Date.parse(data.now) - state.from) / state.by) * 100 : 0;
  const value = Math.min(100, Math.max(4, done));
  return (
    <div className="clock-moving">
      <Progress value={value} size={3} radius={0} animated aria-label={say('clock.moving')} />
      <p role="status">{say('clock.moving')}</p>
    </div>
  );
}

/** The word after a move: what was sent, what is held, until when and why. */
export function ClockWord({ advance }: { advance: Advance }) {
  const { say, frame, clockFace, hour } = useVoice();
  const { state } = advance;
  if (state.is === 'failed') {
    return (
      <div className="clock-word">
        <ProblemNote error={state.error} again={advance.close} />
      </div>
    );
  }
  const now = state.is === 'moved' ? Date.parse(state.report.now) : 0;
  const until = (at: string) => (isSameDay(Date.parse(at), now, frame.zone) ? hour(at) : clockFace(at));
  return (
    <div role="status">
      {state.is === 'moved' && (
        <div className="clock-word">
          <IconClockCheck size={18} stroke={1.5} aria-hidden="true" />
          <p>{advanceWords(state.report, state.held, say, { time: clockFace, until })}</p>
          <ActionIcon variant="subtle" color="control" aria-label={say('clock.close')} onClick={advance.close}>
            <IconX size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      )}
    </div>
  );
}
