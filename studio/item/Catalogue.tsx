import './item.css';
import { Button, SegmentedControl, Select, Table, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconArrowDown, IconPackage, IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import type { ItemList, ItemRow } from '../../src/api/contract-item.ts';
import { itemAttributes } from '../rule/query.ts';
import { FilterField, NoneMatch } from '../ui/Filter.tsx';
import { ButtonLink } from '../ui/Link.tsx';
import { PageHead, Picture } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { May } from '../ui/May.tsx';
import { useVoice } from '../ui/voice.tsx';
import { Attributes } from './Attributes.tsx';
import { type Wanted, itemList, pageSize } from './query.ts';

/** What is sold, found by typing, with what visits did of late; each item leads to its page. */
export function Catalogue() {
  const { say } = useVoice();
  const wanted: Wanted = useSearch({ from: '/catalogue' });
  const navigate = useNavigate({ from: '/catalogue' });
  const put = (change: Wanted) =>
    void navigate({ search: (before) => ({ ...before, skip: undefined, ...change }), replace: true });
  const { data, error, refetch, isPlaceholderData } = useQuery(itemList(wanted));
  const isAll = wanted.q === undefined && wanted.category === undefined && wanted.stock === undefined;
  return (
    <div className="page">
      <PageHead title={say('nav.catalogue')} answer={<Answer data={data} isAll={isAll} />} note={say('catalogue.note')}>
        <May ask="items">{data && <Attributes />}</May>
      </PageHead>
      {error && !data && <ProblemNote error={error} again={() => void refetch()} />}
      {!data && !error && <Rows count={10} height={32} />}
      {data?.of === 0 && (
        <Empty title={say('catalogue.empty')} says={say('catalogue.emptySays')} icon={<IconPackage stroke={1.5} />}>
          <May ask="items">
            <ButtonLink to="/feeds/$key" params={{ key: '+' }}>
              {say('feeds.new')}
            </ButtonLink>
          </May>
        </Empty>
      )}
      {data && data.of > 0 && <Filters wanted={wanted} put={put} />}
      {data && data.of > 0 && data.matches === 0 && (
        <NoneMatch
          title={wanted.q === undefined ? say('catalogue.noneSuch') : say('catalogue.noneMatch', { query: wanted.q })}
          says={say('catalogue.noneMatchSays')}
          icon={<IconSearch stroke={1.5} />}
          onClear={() => put({ q: undefined, category: undefined, stock: undefined })}
        />
      )}
      {data && data.matches > 0 && (
        <div aria-busy={isPlaceholderData}>
          <ItemTable rows={data.items} sort={wanted.sort ?? 'viewed'} onSort={(sort) => put({ sort })} />
          <Pager data={data} from={wanted.skip ?? 0} onTurn={(skip) => put({ skip: skip || undefined })} />
        </div>
      )}
    </div>
  );
}

function Answer({ data, isAll }: { data: ItemList | undefined; isAll: boolean }) {
  const { say } = useVoice();
  if (!data) return say('nav.catalogue');
  if (isAll) return say('catalogue.answer', { count: data.of });
  return say('catalogue.answerSome', { count: data.matches, of: data.of });
}

function Filters({ wanted, put }: { wanted: Wanted; put: (change: Wanted) => void }) {
  const { say } = useVoice();
  const [typed, setTyped] = useState(wanted.q ?? '');
  const find = useDebouncedCallback((text: string) => put({ q: text.trim() || undefined }), 200);
  const categories = useQuery(itemAttributes).data?.attributes.find(({ name }) => name === 'categories')?.values ?? [];
  return (
    <div className="filters catalogue-filters">
      <FilterField
        word={say('catalogue.filter')}
        value={typed}
        onChange={(text) => {
          setTyped(text);
          find(text);
        }}
      />
      <Select
        aria-label={say('catalogue.category')}
        placeholder={say('catalogue.category')}
        value={wanted.category ?? null}
        clearable
        searchable
        data={categories.map(({ value }) => value)}
        onChange={(category) => put({ category: category ?? undefined })}
      />
      <SegmentedControl
        value={wanted.stock ?? ''}
        aria-label={say('catalogue.stock')}
        data={[
          { value: '', label: say('catalogue.stock.all') },
          { value: 'in', label: say('catalogue.stock.in') },
          { value: 'out', label: say('catalogue.stock.out') },
        ]}
        onChange={(stock) => put({ stock: stock || undefined })}
      />
    </div>
  );
}

const sortable = ['name', 'price', 'viewed', 'bought'] as const;

function ItemTable(props: { rows: readonly ItemRow[]; sort: string; onSort: (sort: string) => void }) {
  const { say, number, money } = useVoice();
  const { rows, sort, onSort } = props;
  const head = (by: (typeof sortable)[number]) => (
    <UnstyledButton className="sort" aria-pressed={sort === by} onClick={() => onSort(by)}>
      {say(`catalogue.${by}`)}
      {sort === by && <IconArrowDown size={14} stroke={1.5} aria-hidden="true" />}
    </UnstyledButton>
  );
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{head('name')}</Table.Th>
            <Table.Th className="wide-only">{say('catalogue.inCategory')}</Table.Th>
            <Table.Th className="number">{head('price')}</Table.Th>
            <Table.Th className="number wide-only">{say('catalogue.inStock')}</Table.Th>
            <Table.Th className="number">{head('viewed')}</Table.Th>
            <Table.Th className="number wide-only">{head('bought')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ id, name, imageUrl, category, price, currency, stock, inStock, lately }) => (
            <Table.Tr key={id}>
              <Table.Td className="main-cell">
                <span className="item-cell">
                  <Picture url={imageUrl} name={name} size={40} />
                  <span>
                    <Link to="/catalogue/$id" params={{ id }} className="row-link">
                      {name}
                    </Link>
                    <span className="quiet">{id}</span>
                  </span>
                </span>
              </Table.Td>
              <Table.Td className="wide-only">{category || '–'}</Table.Td>
              <Table.Td className="number">
                {price !== null && currency !== null ? money({ amount: price, currency }) : '–'}
              </Table.Td>
              <Table.Td className="number wide-only">
                {inStock ? (
                  stock === null ? (
                    '–'
                  ) : (
                    number(stock)
                  )
                ) : (
                  <span className="text-harm">{say('item.soldOut')}</span>
                )}
              </Table.Td>
              <Table.Td className="number">{number(lately.viewed)}</Table.Td>
              <Table.Td className="number wide-only">{number(lately.bought)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Pager({ data, from, onTurn }: { data: ItemList; from: number; onTurn: (from: number) => void }) {
  const { say } = useVoice();
  if (data.matches <= pageSize) return null;
  const to = Math.min(from + pageSize, data.matches);
  return (
    <div className="pager">
      <Button size="xs" variant="default" disabled={from === 0} onClick={() => onTurn(Math.max(0, from - pageSize))}>
        {say('catalogue.before')}
      </Button>
      <span className="quiet">{say('catalogue.page', { from: from + 1, to, count: data.matches })}</span>
      <Button size="xs" variant="default" disabled={to >= data.matches} onClick={() => onTurn(to)}>
        {say('catalogue.after')}
      </Button>
    </div>
  );
}
