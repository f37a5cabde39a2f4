import { Button, CloseButton } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, createContext, useContext, useEffect, useMemo, useState } from 'react';
import { ProblemNote } from './State.tsx';
import { useVoice } from './voice.tsx';

/** What was just done, in words, and how it is taken back. */
interface Done {
  says: string;
  undo: () => Promise<unknown>;
}

const UndoContext = createContext<(done: Done) => void>(() => {});
const staysMs = 8_000;

/** Tells what was done and offers to take it back for eight seconds, in place of "are you sure". */
export const useUndo = (): ((done: Done) => void) => useContext(UndoContext);

/** The bar at the foot of the page that offers it; stands around all pages. */
export function UndoProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<{ done: Done; nth: number } | null>(null);
  const tell = useMemo(() => (done: Done) => setShown((before) => ({ done, nth: (before?.nth ?? 0) + 1 })), []);
  return (
    <UndoContext value={tell}>
      {children}
      <div className="undo-place" role="status">
        {shown && <UndoBar key={shown.nth} done={shown.done} onEnd={() => setShown(null)} />}
      </div>
    </UndoContext>
  );
}

function UndoBar({ done, onEnd }: { done: Done; onEnd: () => void }) {
  const { say } = useVoice();
  const [held, setHeld] = useState(false);
  const undo = useMutation({ mutationFn: done.undo, onSuccess: onEnd });
  const stays = held || undo.isPending || undo.isError;
  useEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(onEnd, staysMs);
    return () => clearTimeout(timer);
  }, [stays, onEnd]);
  return (
    <div
      className="undo"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span>{done.says}</span>
      <Button size="xs" variant="default" loading={undo.isPending} onClick={() => undo.mutate()}>
        {say('undo')}
      </Button>
      <CloseButton aria-label={say('undo.close')} onClick={onEnd} />
      {undo.error && <ProblemNote error={undo.error} />}
    </div>
  );
}
