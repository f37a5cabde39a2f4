import { Autocomplete } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { journey, journeys } from '../api/query.ts';
import { asksToRecommend } from '../journey/asks.ts';
import { rawJourney } from '../journey/edit.ts';
import type { Raw } from '../form/schema.ts';
import { useNames } from '../recommend/query.ts';
import { TextLink } from '../ui/Link.tsx';
import { useVoice } from '../ui/voice.tsx';
import { recipeWords } from '../words/words.ts';

/** An action of a journey that brings items, and the criterion that chooses them. */
interface Source {
  /** Where its answer stands. */
  list: string;
  journey: string;
  name: string;
  criterion: string;
}

/** Which items a block shows: the answer of an action, and with it the criterion that the journey asks. */
export function ListField(props: { label: string; value: unknown; onChange: (value: unknown) => void }) {
  const { label, onChange } = props;
  const { say } = useVoice();
  const nameOf = useNames();
  const value = typeof props.value === 'string' ? props.value : '';
  const sources = useSources();
  const bound = sources.filter(({ list }) => value === `${list}.items` || value === `${list}.cart`);
  const lists = [...new Set(sources.flatMap(({ list }) => [`${list}.items`, `${list}.cart`]))];
  return (
    <div className="form-fields">
      <Autocomplete
        label={label}
        classNames={{ input: 'code' }}
        value={value}
        data={lists}
        spellCheck={false}
        onChange={(next) => onChange(next === '' ? undefined : next)}
      />
      {bound.length > 0 && (
        <ul className="plain-list bound">
          {bound.map(({ journey: key, name, criterion }) => (
            <li key={`${key} ${criterion}`}>
              <span className="quiet">{say('messages.bound', { journey: name })} </span>
              <TextLink to="/recommendations/$key" params={{ key: criterion }} size="sm">
                {nameOf(criterion)}
              </TextLink>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** The actions of all journeys that ask what to recommend. */
function useSources(): Source[] {
  const { say } = useVoice();
  const rows = useQuery({ ...journeys, refetchInterval: false }).data ?? [];
  const read = useQueries({
    queries: rows.map(({ key }) => ({ ...journey(key), refetchInterval: false as const, staleTime: 60_000 })),
  });
  return read.flatMap(({ data }) => {
    if (!data) return [];
    const { activities, name } = rawJourney(data.draft ?? data.definition);
    return Object.values(activities)
      .filter(asksToRecommend)
      .map((action) => ({
        list: `context.journey.actions.${String(action['name'])}`,
        journey: data.key,
        name: recipeWords(String(name ?? data.key), say),
        criterion: String((action['body'] as Raw)['criterion'] ?? ''),
      }));
  });
}
