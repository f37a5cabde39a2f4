import { Modal, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { journeys, mailbox, people } from '../api/query.ts';
import { itemList } from '../item/query.ts';
import { criteria, useNames } from '../recommend/query.ts';
import { definitions, ruleKinds } from '../rule/query.ts';
import { recipeWords } from '../words/words.ts';
import { useVoice } from '../ui/voice.tsx';
import { usePages } from './Shell.tsx';

interface Hit {
  id: string;
  label: string;
  kind: string;
  open: () => void;
}

/** Search and commands: pages, journeys, people and mails, by typing. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { say } = useVoice();
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState(0);
  const hits = useHits(query.trim());
  const at = Math.min(chosen, hits.length - 1);
  const open = (hit: Hit | undefined) => {
    if (!hit) return;
    hit.open();
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') return open(hits[at]);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0 || hits.length === 0) return undefined;
    event.preventDefault();
    return setChosen((at + step + hits.length) % hits.length);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      aria-label={say('search.title')}
    >
      <TextInput
        variant="unstyled"
        className="palette-input"
        data-autofocus
        value={query}
        placeholder={say('search.hint')}
        aria-label={say('search.title')}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-hits"
        aria-activedescendant={hits[at] ? `hit-${hits[at].id}` : undefined}
        leftSection={<IconSearch size={18} stroke={1.5} />}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className="palette" id="palette-hits" role="listbox" aria-label={say('search.title')}>
        {hits.map((hit, index) => (
          <li
            key={hit.id}
            id={`hit-${hit.id}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => setChosen(index)}
            onClick={() => open(hit)}
          >
            <span>{hit.label}</span>
            <span className="quiet">{hit.kind}</span>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p className="palette-none quiet">{say('search.none', { query })}</p>}
      <VisuallyHidden>{say('search.keys')}</VisuallyHidden>
    </Modal>
  );
}

function useHits(query: string): Hit[] {
  const { say } = useVoice();
  const navigate = useNavigate();
  const pages = usePages();
  const [settled] = useDebouncedValue(query, 150);
  const rows = useQuery(journeys).data ?? [];
  const found = useQuery({ ...people(settled), enabled: settled !== '' }).data?.people ?? [];
  const mails = useQuery({ ...mailbox, enabled: query !== '' }).data ?? [];
  const known = useQuery({ ...criteria, enabled: query !== '' }).data ?? [];
  const nameOf = useNames();
  const rules = useRules(query !== '');
  const items = useQuery({ ...itemList({ q: settled, limit: 5 }), enabled: settled.length > 1 }).data?.items ?? [];
  const matches = (text: string) => text.toLocaleLowerCase().includes(query.toLocaleLowerCase());
  const all: Hit[] = [
    ...pages.map(({ to, word }) => ({
      id: `page-${to.slice(1)}`,
      label: say(word),
      kind: say('search.pages'),
      open: () => void navigate({ to }),
    })),
    ...rows.map(({ key, name }) => ({
      id: `journey-${key}`,
      label: recipeWords(name, say),
      kind: say('search.journey'),
      open: () => void navigate({ to: '/journeys/$key', params: { key } }),
    })),
    ...known.map(({ key }) => ({
      id: `criterion-${key}`,
      label: nameOf(key),
      kind: say('criteria.name'),
      open: () => void navigate({ to: '/recommendations/$key', params: { key } }),
    })),
    ...rules,
    ...mails.slice(0, 200).map(({ id, to, subject }) => ({
      id: `mail-${id}`,
      label: `${subject} – ${to}`,
      kind: say('search.mail'),
      open: () => void navigate({ to: '/mailbox/$id', params: { id } }),
    })),
  ].filter((hit) => matches(hit.label));
  const persons = (query === '' ? [] : found).map(({ id, label }) => ({
    id: `person-${id}`,
    label,
    kind: say('search.person'),
    open: () => void navigate({ to: '/people/$id', params: { id } }),
  }));
  const sold = (settled.length > 1 ? items : []).map(({ id, name }) => ({
    id: `item-${id}`,
    label: name,
    kind: say('catalogue.name'),
    open: () => void navigate({ to: '/catalogue/$id', params: { id } }),
  }));
  return [...all.slice(0, 8), ...sold, ...persons.slice(0, 6)];
}

/** Collections, exclusions and promotions by their names. */
function useRules(enabled: boolean): Hit[] {
  const { say } = useVoice();
  const navigate = useNavigate();
  const rows = [
    useQuery({ ...definitions('collections'), enabled }).data,
    useQuery({ ...definitions('exclusions'), enabled }).data,
    useQuery({ ...definitions('promotions'), enabled }).data,
  ];
  return ruleKinds.flatMap((kind, place) =>
    (rows[place] ?? []).map(({ key, name }) => ({
      id: `${kind}-${key}`,
      label: name,
      kind: say(`shelf.${kind}`),
      open: () => void navigate({ to: '/rules/$kind/$key', params: { kind, key } }),
    })),
  );
}
