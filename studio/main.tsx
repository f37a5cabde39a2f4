import '@fontsource-variable/inter/index.css';
import '@mantine/core/styles.css';
import './ui/tokens.css';
import './ui/studio.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { session } from './api/client.ts';
import { queryClient } from './api/query.ts';
import { router } from './route.tsx';
import { Gate } from './team/Gate.tsx';
import { me } from './team/query.ts';
import { resolveTokens, theme } from './ui/theme.ts';
import { UndoProvider } from './ui/undo.tsx';
import { VoiceProvider, firstWords } from './ui/voice.tsx';

const place = document.getElementById('studio');
if (!place) throw new Error('index.html has no element "studio" to draw into');

session.onOver = () => void queryClient.invalidateQueries({ queryKey: me.queryKey });
await Promise.all([firstWords(), queryClient.prefetchQuery(me)]);

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolveTokens} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <VoiceProvider>
          <UndoProvider>
            <Gate>
              <RouterProvider router={router} />
            </Gate>
          </UndoProvider>
        </VoiceProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
