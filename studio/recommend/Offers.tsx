import { UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconChevronRight } from '@tabler/icons-react';
import { Picture } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { useVoice } from '../ui/voice.tsx';
import { itemsBy, useNames } from './query.ts';
import { evidenceWords } from './sentence.ts';
import type { RecommendationAnswer, RecommendedItem } from '../../src/api/contract.ts';

interface Props {
  data: RecommendationAnswer;
  open: string | undefined;
  onOpen: (id: string | undefined) => void;
}

/** The items in their order; a row opens to the evidence behind it. */
export function Offers({ data, open, onOpen }: Props) {
  const keys = [...new Set(data.items.flatMap(({ because }) => because.flatMap(({ key }) => key ?? [])))].sort();
  const known = useQuery(itemsBy(keys)).data ?? [];
  const names = new Map(known.map(({ id, name }) => [id, name]));
  return (
    <ol className="offer-rows">
      {data.items.map((item) => (
        <Offer
          key={item.id}
          item={item}
          isOpen={item.id === open}
          nameOfKey={(id) => names.get(id) ?? id}
          onTurn={() => onOpen(item.id === open ? undefined : item.id)}
        />
      ))}
    </ol>
  );
}

interface OfferProps {
  item: RecommendedItem;
  isOpen: boolean;
  nameOfKey: (id: string) => string;
  onTurn: () => void;
}

function Offer({ item, isOpen, nameOfKey, onTurn }: OfferProps) {
  const { say, money } = useVoice();
  const nameOf = useNames();
  const { price, currency, source } = item;
  return (
    <li>
      <UnstyledButton className="offer-row" aria-expanded={isOpen} onClick={onTurn}>
        <span className="offer-rank">{item.rank}</span>
        <Picture url={item.imageUrl} name={item.name} size={56} />
        <span className="offer-says">
          <b>{item.name}</b>
          <span>{item.reason}</span>
          <span className="offer-from">
            <span className={`chip source-${source}`}>{say(`preview.source.${source}`)}</span>
            <span className="quiet">{sourceName(item.criterion)}</span>
          </span>
        </span>
        <span className="offer-price">
          {price !== null && currency !== null ? money({ amount: price, currency }) : '–'}
        </span>
        <IconChevronRight className="offer-turn" size={16} stroke={1.5} aria-hidden="true" />
      </UnstyledButton>
      {isOpen && <Evidence item={item} nameOfKey={nameOfKey} />}
    </li>
  );

  function sourceName(criterion: string): string {
    if (criterion === 'range') return say('preview.as.range');
    return nameOf(criterion);
  }
}

function Evidence({ item, nameOfKey }: Pick<OfferProps, 'item' | 'nameOfKey'>) {
  const { say, number } = useVoice();
  const { because, rank, rankBefore, id } = item;
  return (
    <div className="offer-evidence">
      <h3>{say('preview.evidence')}</h3>
      {because.length === 0 ? (
        <p className="quiet">{say('preview.noEvidence')}</p>
      ) : (
        <ul className="pairs">
          {because.map(({ key, algorithm, count, weight, within }) => (
            <Pair
              key={`${key} ${algorithm} ${within}`}
              name={evidenceName(algorithm, key)}
              value={count > 0 ? say('preview.visits', { count }) : ''}
              note={[
                within === undefined ? '' : say('preview.within', { within }),
                weight === undefined ? '' : say('preview.weight', { weight: number(rounded(weight)) }),
              ]
                .filter(Boolean)
                .join(' · ')}
            />
          ))}
        </ul>
      )}
      <p className="quiet">
        {rankBefore === undefined
          ? say('preview.rank', { rank })
          : rankBefore === null
            ? say('preview.rankFar', { rank })
            : say('preview.rankBefore', { before: rankBefore, rank })}{' '}
        {say('preview.id', { id })}
      </p>
    </div>
  );

  function evidenceName(algorithm: string, key: string | null): string {
    const what = evidenceWords(algorithm, say);
    return key === null ? what : say('preview.withKey', { what, key: nameOfKey(key) });
  }
}

/** To three digits that tell something. */
const rounded = (value: number): number => Number(value.toPrecision(3));
