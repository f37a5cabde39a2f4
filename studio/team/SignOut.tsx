import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ask } from '../api/client.ts';
import { useVoice } from '../ui/voice.tsx';
import { me } from './query.ts';

/** Ends the session. What was loaded is forgotten, so that nobody reads it behind who left. */
export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask<unknown>('/v1/session', { method: 'DELETE' }),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: me.queryKey });
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me' });
    },
  });
}

export function SignOut() {
  const { say } = useVoice();
  const out = useSignOut();
  return (
    <Button variant="default" loading={out.isPending} onClick={() => out.mutate()}>
      {say('team.signOut')}
    </Button>
  );
}
