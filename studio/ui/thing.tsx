import { Button, TextInput } from '@mantine/core';
import { type UseQueryResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { Navigate, useLocation } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { keyOf, isKeyForm } from '../audience/rule.ts';
import { ApiError, ask } from '../api/client.ts';
import { KeyField } from './KeyField.tsx';
import { Panel } from './Page.tsx';
import { Empty, PageSkeleton, ProblemNote, Rows } from './State.tsx';
import { TakeAway } from './TakeAway.tsx';
import { elsewhere, faultAt } from './fault.ts';
import { scopeOf, useMay } from './may.ts';
import { useUndo } from './undo.tsx';
import { useVoice } from './voice.tsx';

/** One thing with a key, such as a design or an offer: where it is kept, and where one goes from it. */
export interface Place {
  door: (key: string) => string;
  /** Under which it stands in the cache: the list, and with its key it itself. */
  cache: readonly string[];
  /** What else shows it. */
  shownIn?: readonly string[];
  /** How what is typed is sent, where the door wants it otherwise. */
  written?: (draft: unknown) => unknown;
  open: (key: string) => Promise<unknown>;
  leave: () => Promise<unknown>;
}

interface Named {
  key: string;
  name: string;
}

/** A list of things: what is wrong, what comes, what it will look like, or the list. */
export function Listing<T>(props: {
  query: Asked<readonly T[]>;
  none: { title: string; says: string; icon: ReactNode; action: ReactNode };
  children: (rows: readonly T[]) => ReactNode;
}) {
  const { query, none, children } = props;
  const { data, error, refetch } = query;
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={4} height={28} />;
  if (data.length > 0) return children(data);
  return (
    <Empty title={none.title} says={none.says} icon={none.icon}>
      {none.action}
    </Empty>
  );
}

type Asked<T> = Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;

/** A page whose thing is not there: what is wrong, or what comes. */
export function Unread({ query: { error, refetch } }: { query: Pick<Asked<unknown>, 'error' | 'refetch'> }) {
  const { pathname, search } = useLocation();
  if (!error) return <PageSkeleton />;
  // Who guesses an address of something new is led to it, unless there is a thing called so.
  if (error instanceof ApiError && error.problem.status === 404 && pathname.endsWith('/new'))
    return <Navigate to={`${pathname.slice(0, -'new'.length)}+` as '/'} search={search} replace />;
  return (
    <div className="page">
      <ProblemNote error={error} again={() => void refetch()} />
    </div>
  );
}

/** The page of one thing. */
export function OnePage<T>({ query, children }: { query: Asked<T>; children: (data: T) => ReactNode }) {
  if (query.data === undefined) return <Unread query={query} />;
  return <div className="page">{children(query.data)}</div>;
}

function useFresh({ cache, shownIn = [] }: Place): () => Promise<unknown> {
  const client = useQueryClient();
  return () =>
    Promise.all([cache, ...shownIn.map((one) => [one])].map((queryKey) => client.invalidateQueries({ queryKey })));
}

/**
 * Saves a thing, and offers the way back: to what it said before, or to there being none.
 * @param before what it said; null: it is new
 */
export function useSaving<I, V extends { key: string }>(place: Place, key: string, before: I | null) {
  const { say } = useVoice();
  const client = useQueryClient();
  const undo = useUndo();
  const fresh = useFresh(place);
  const path = place.door(key);
  const written = place.written ?? ((draft: unknown) => draft);
  return useMutation({
    mutationFn: (draft: I) => ask<V>(path, { method: 'PUT', body: written(draft) }),
    onSuccess: async (saved, body) => {
      client.setQueryData([...place.cache, saved.key], saved);
      if (before === null) await place.open(saved.key);
      await fresh();
      const back = async () => {
        await ask<unknown>(path, before === null ? { method: 'DELETE' } : { method: 'PUT', body: written(before) });
        if (before === null) await place.leave();
        await fresh();
      };
      undo({ says: say('rule.saved', { name: String((body as { name?: unknown }).name ?? key) }), undo: back });
    },
  });
}

/** Takes a thing away, and offers the way back. */
export function TakeThingAway(props: {
  place: Place;
  thing: Named;
  before: unknown;
  /** What else makes it what it was. */
  again?: () => Promise<unknown>;
}) {
  const { place, thing, before, again } = props;
  const client = useQueryClient();
  const fresh = useFresh(place);
  const path = place.door(thing.key);
  const may = useMay();
  const away = async () => {
    await ask<unknown>(path, { method: 'DELETE' });
    client.setQueryData<readonly Named[]>(place.cache, (all) => all?.filter(({ key }) => key !== thing.key));
    await place.leave();
    client.removeQueries({ queryKey: [...place.cache, thing.key] });
    await fresh();
  };
  const back = async () => {
    await ask<unknown>(path, { method: 'PUT', body: place.written?.(before) ?? before });
    await again?.();
    await fresh();
  };
  return may(scopeOf(path)) ? <TakeAway name={thing.name} away={away} back={back} /> : null;
}

interface ThingFormProps<I> {
  place: Place;
  title: string;
  keyHint: string;
  /** Null: it is new. */
  known: Named | null;
  /** All that there are, so that no key is taken twice. */
  others: readonly Named[] | undefined;
  begin: I;
  /** May it be saved as it stands? */
  isReady: (draft: I) => boolean;
  /** Names of fields at which a fault of saving is shown; others stand at the foot. */
  faultsAt?: readonly string[];
  children: (draft: I, change: (next: I) => void, error: unknown) => ReactNode;
  /** What stands beside it: what it would do. */
  beside?: (draft: I) => ReactNode;
}

/** Makes or changes a thing: its name, its key, its own fields, and saving. */
export function ThingForm<I extends { name: string }>(props: ThingFormProps<I>) {
  const { say } = useVoice();
  const { place, title, keyHint, known, others, begin, isReady, faultsAt = [], children, beside } = props;
  const [draft, setDraft] = useState(begin);
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const key = known?.key ?? ownKey ?? keyOf(draft.name);
  const taken = known === null && others?.some((one) => one.key === key) === true;
  const save = useSaving<I, Named>(place, key, known === null ? null : begin);
  const isSame = known !== null && JSON.stringify(draft) === JSON.stringify(begin);
  const isSound = draft.name.trim() !== '' && (known !== null || isKeyForm(key)) && !taken;
  const may = useMay()(scopeOf(place.door('')));
  const ready = may && isSound && !isSame && isReady(draft);
  const error = elsewhere(save.error, 'name', ...faultsAt);
  const form = (
    <Panel title={title}>
      <form
        className="stack-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate({ ...draft, name: draft.name.trim() });
        }}
      >
        <TextInput
          label={say('form.name')}
          value={draft.name}
          maxLength={250}
          error={faultAt(save.error, 'name')}
          onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
        />
        {!known && <KeyField value={key} taken={taken} says={keyHint} onChange={setOwnKey} />}
        {children(draft, setDraft, save.error)}
        {error ? <ProblemNote error={error} /> : null}
        <div className="actions">
          <Button type="submit" loading={save.isPending} disabled={!ready}>
            {say('audience.save')}
          </Button>
          <span className="quiet" role="status">
            {may ? isSame && say('rule.asKept') : say('may.not')}
          </span>
        </div>
      </form>
    </Panel>
  );
  return beside ? (
    <div className="criterion-edit">
      {form}
      {beside(draft)}
    </div>
  ) : (
    form
  );
}
