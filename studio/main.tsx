import '@fontsource-variable/inter/index.css';
import '@mantine/core/styles.css';
import './ui/tokens.css';
import './ui/studio.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query.ts';
import { router } from './route.tsx';
import { resolveTokens, theme } from './ui/theme.ts';
import { UndoProvider } from './ui/undo.tsx';
import { VoiceProvider, firstWords } from './ui/voice.tsx';

const place = document.getElementById('studio');
if (!place) throw new Error('index.html has no element "studio" to draw into');

await firstWords();

createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={resolveTokens} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <VoiceProvider>
          <UndoProvider>
            <RouterProvider router={router} />
          </UndoProvider>
        </VoiceProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
