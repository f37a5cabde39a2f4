import { useSyncExternalStore } from 'react';
import { type Raw, isRaw } from '../form/schema.ts';

/** An activity that was copied: it stays for other journeys and other windows, until another is. */
const place = 'beckon-copied-activity';
const listeners = new Set<() => void>();

function read(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}

export function copyActivity(activity: Raw): void {
  localStorage.setItem(place, JSON.stringify(activity));
  for (const tell of listeners) tell();
}

function listen(tell: () => void): () => void {
  listeners.add(tell);
  addEventListener('storage', tell);
  return () => {
    listeners.delete(tell);
    removeEventListener('storage', tell);
  };
}

/** What was copied last; null when nothing was. */
export function useCopied(): Raw | null {
  const text = useSyncExternalStore(listen, read);
  if (text === null) return null;
  try {
    const found = JSON.parse(text) as unknown;
    return isRaw(found) && typeof found['kind'] === 'string' ? found : null;
  } catch {
    return null;
  }
}
