import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import type { JourneyCheck } from '../../src/api/contract-journey.ts';
import type { JourneyDetail } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { type Edits, type RawJourney, edited, noEdits, rawJourney, redone, undone } from './edit.ts';
import { type Faults, faultsOf } from './fault.ts';

/** A journey while somebody changes it. */
export interface Editing {
  now: RawJourney;
  /** Revision of the draft that it was made from. */
  revision: string;
  isChanged: boolean;
  /** May be saved: the check has nothing against it, and every field could be read. */
  isSound: boolean;
  /** The check has looked at what stands there now. */
  isChecked: boolean;
  faults: Faults;
  /** Keys of mails that it names. */
  messages: string[];
  /** @param about what the change is of; more of the same is one step back. Absent: a step of its own */
  change: (next: RawJourney, about?: string) => void;
  onUnread: (place: string, unread: boolean) => void;
  saved: (revision: string) => void;
  canBack: boolean;
  canForth: boolean;
  back: () => void;
  forth: () => void;
}

interface Kept {
  edits: Edits;
  saved: string;
  revision: string;
}

/** What is not saved yet stays while one looks at another page; a reload lets it go, and the browser asks first. */
const kept = new Map<string, Kept>();

/** Whether something about a journey was changed and not saved. */
export function hasUnsaved(key: string): boolean {
  const one = kept.get(key);
  return one !== undefined && JSON.stringify(one.edits.now) !== one.saved;
}

function startOf(detail: JourneyDetail): Kept {
  const now = rawJourney(detail.draft ?? detail.definition);
  return { edits: noEdits(now), saved: JSON.stringify(now), revision: detail.revision };
}

export function useEditing(detail: JourneyDetail): Editing {
  const { key } = detail;
  const [state, setState] = useState<Kept>(() => (hasUnsaved(key) ? kept.get(key)! : startOf(detail)));
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  const { edits, saved, revision } = state;
  const written = JSON.stringify(edits.now);
  const isChanged = written !== saved;
  useEffect(() => void kept.set(key, state), [key, state]);
  useEffect(() => guard(isChanged), [isChanged]);
  const { check, isChecked } = useCheck(key, written);
  const faults = faultsOf(check);
  const onUnread = useCallback(
    (place: string, isUnread: boolean) =>
      setUnread((before) => {
        if (before.has(place) === isUnread) return before;
        const next = new Set(before);
        if (isUnread) next.add(place);
        else next.delete(place);
        return next;
      }),
    [],
  );
  const turn = (how: (edits: Edits) => Edits) => setState((before) => ({ ...before, edits: how(before.edits) }));
  return {
    now: edits.now,
    revision,
    isChanged,
    isChecked,
    isSound: isChecked && faults.problems.length === 0 && unread.size === 0,
    faults,
    messages: messagesIn(edits.now),
    change: (next, about) => turn((before) => edited(before, next, about)),
    onUnread,
    saved: (next) => setState({ edits, saved: written, revision: next }),
    canBack: edits.past.length > 0,
    canForth: edits.future.length > 0,
    back: () => turn(undone),
    forth: () => turn(redone),
  };
}

/** The browser asks before it lets go what was not saved. */
function guard(isChanged: boolean): (() => void) | undefined {
  if (!isChanged) return undefined;
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  addEventListener('beforeunload', ask);
  return () => removeEventListener('beforeunload', ask);
}

function useCheck(key: string, written: string): { check: JourneyCheck; isChecked: boolean } {
  const [text] = useDebouncedValue(written, 250);
  const { data, isPlaceholderData } = useQuery({
    queryKey: ['journey-check', key, text],
    queryFn: () =>
      ask<JourneyCheck>(`/v1/journeys/${encodeURIComponent(key)}/check`, {
        method: 'POST',
        body: JSON.parse(text) as unknown,
      }),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const isChecked = data !== undefined && !isPlaceholderData && text === written;
  return { check: data ?? { problems: [], missing: [] }, isChecked };
}

function messagesIn({ activities }: RawJourney): string[] {
  const named = Object.values(activities).flatMap(({ kind, message }) =>
    kind === 'message' && typeof message === 'string' ? [message] : [],
  );
  return [...new Set(named)];
}
