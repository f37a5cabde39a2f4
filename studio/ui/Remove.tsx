import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ProblemNote } from './State.tsx';
import { useVoice } from './voice.tsx';

/** Ends something that cannot be brought back; what that means stands there first. What can be is taken away with `useUndo`. */
export function Remove(props: {
  word: string;
  title: string;
  work: () => Promise<unknown>;
  /** In a row of a table: `xs`. */
  size?: 'xs';
  children: ReactNode;
}) {
  const { say } = useVoice();
  const { word, title, work, size, children } = props;
  const [asking, setAsking] = useState(false);
  const remove = useMutation({ mutationFn: work });
  return (
    <>
      <Button variant="default" {...(size ? { size } : {})} onClick={() => setAsking(true)}>
        {word}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={<b>{title}</b>}
        closeButtonProps={{ 'aria-label': say('journey.cancel') }}
      >
        {children}
        {remove.error && <ProblemNote error={remove.error} />}
        <div className="modal-foot">
          <Button variant="default" onClick={() => setAsking(false)}>
            {say('journey.cancel')}
          </Button>
          <Button color="harm" loading={remove.isPending} onClick={() => remove.mutate()}>
            {word}
          </Button>
        </div>
      </Modal>
    </>
  );
}
