import './item.css';
import { Anchor, Button, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ItemPage as Item } from '../../src/api/contract-item.ts';
import type { Content } from '../recommend/sentence.ts';
import { evidenceWords } from '../recommend/sentence.ts';
import { ItemTiles } from '../rule/Hits.tsx';
import { ButtonLink, TextLink } from '../ui/Link.tsx';
import { PageHead, Panel, Picture } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { Unread } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { isKey } from '../words/words.ts';
import { goesWith, itemPage } from './query.ts';

/** One item: what it is, what visits did with it, what goes with it, where it is recommended and why it may not be. */
export function ItemPage() {
  const { id } = useParams({ from: '/catalogue/$id' });
  const query = useQuery(itemPage(id));
  const { data } = query;
  if (!data) return <Unread query={query} />;
  return (
    <div className="page">
      <Head item={data} />
      <div className="split">
        <Numbers item={data} />
        <About item={data} />
      </div>
      <With item={data} />
      <div className="split">
        <ShownWith item={data} />
        <Concerns item={data} />
      </div>
      {data.variants.length > 0 && <Variants item={data} />}
    </div>
  );
}

function Head({ item }: { item: Item }) {
  const { say, money, moment } = useVoice();
  const { id, name, imageUrl, price, currency, inStock, stock, numbers, url, updatedAt } = item;
  const facts = [
    price !== null && currency !== null ? money({ amount: price, currency }) : null,
    inStock ? (stock === null ? say('item.inStock') : say('item.stock', { count: stock })) : say('item.soldOut'),
    say('item.changed', { time: moment(updatedAt) }),
  ].filter((text) => text !== null);
  return (
    <div className="item-head">
      <Picture url={imageUrl} name={name} size={96} />
      <PageHead
        title={name}
        answer={name}
        note={
          <>
            {say('item.seen', { count: numbers.month.viewed })}; {say('item.sold', { count: numbers.month.bought })}.{' '}
            {facts.join(' · ')}
          </>
        }
      >
        <div className="actions">
          {url !== null && (
            <Anchor href={url} target="_blank" rel="noreferrer">
              {say('item.inShop')}
            </Anchor>
          )}
          <ButtonLink
            to="/recommendations/$key"
            params={{ key: 'viewed-together' }}
            search={{ item: id }}
            variant="default"
          >
            {say('item.tryCriterion')}
          </ButtonLink>
        </div>
      </PageHead>
    </div>
  );
}

const windows = ['day', 'week', 'month', 'ever'] as const;

/** Visits that viewed, carted and bought it, and what of them came to the next step. */
function Numbers({ item: { numbers } }: { item: Item }) {
  const { say, number, percent } = useVoice();
  const share = (part: number, of: number) => (of === 0 ? '–' : percent(Math.min(1, part / of)));
  return (
    <Panel title={say('item.numbers')}>
      <div className="table table-bare">
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('item.within')}</Table.Th>
              <Table.Th className="number">{say('item.viewed')}</Table.Th>
              <Table.Th className="number">{say('item.carted')}</Table.Th>
              <Table.Th className="number">{say('item.bought')}</Table.Th>
              <Table.Th className="number wide-only">{say('item.boughtOfViewed')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {windows.map((window) => (
              <Table.Tr key={window}>
                <Table.Td>{say(`item.window.${window}`)}</Table.Td>
                <Table.Td className="number">{number(numbers[window].viewed)}</Table.Td>
                <Table.Td className="number">{number(numbers[window].carted)}</Table.Td>
                <Table.Td className="number">{number(numbers[window].bought)}</Table.Td>
                <Table.Td className="number wide-only">
                  {share(numbers[window].bought, numbers[window].viewed)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <p className="quiet">{say('item.numbersSay')}</p>
    </Panel>
  );
}

/** Its attributes, as rules and mails see them. */
function About({ item }: { item: Item }) {
  const { say } = useVoice();
  const fieldWord = (name: string) => {
    const key = `rule.field.${name}`;
    return isKey(key) ? say(key) : name;
  };
  const rows: [string, ReactNode][] = [
    [fieldWord('id'), item.id],
    [fieldWord('categories'), item.categories.join(', ') || '–'],
    ...(item.variantOf === null ? [] : [[fieldWord('variantOf'), item.variantOf] as [string, ReactNode]]),
    ...Object.entries(item.attributes).map(([name, value]): [string, ReactNode] => [name, valueWords(value)]),
  ];
  return (
    <Panel title={say('item.about')}>
      <ul className="pairs">
        {rows.map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </ul>
    </Panel>
  );
}

function valueWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const current = { from: 'current' } as const;
const ways: Record<'bought' | 'viewed' | 'similar', Content['algorithm']> = {
  bought: { kind: 'item', action: 'bought-bought', item: current },
  viewed: { kind: 'item', action: 'viewed-viewed', item: current },
  similar: { kind: 'similar', item: current },
};

/** What goes with it, by what is bought together, viewed together, and alike. */
function With({ item: { id } }: { item: Item }) {
  const { say } = useVoice();
  return (
    <Panel title={say('item.goesWith')}>
      <div className="with-ways">
        {Object.entries(ways).map(([way, algorithm]) => (
          <Way key={way} id={id} title={say(`item.with.${way as keyof typeof ways}`)} algorithm={algorithm} />
        ))}
      </div>
    </Panel>
  );
}

function Way({ id, title, algorithm }: { id: string; title: string; algorithm: Content['algorithm'] }) {
  const { say } = useVoice();
  const { data, error } = useQuery(goesWith(id, algorithm));
  return (
    <section>
      <h3>{title}</h3>
      {error && <ProblemNote error={error} />}
      {!data && !error && <Rows count={2} />}
      {data?.count === 0 && <p className="quiet">{say('item.withNothing')}</p>}
      {data && <ItemTiles items={data.items.map((one) => ({ ...one, inStock: true }))} />}
    </section>
  );
}

/** On whose pages it is recommended, and why. */
function ShownWith({ item }: { item: Item }) {
  const { say } = useVoice();
  const [all, setAll] = useState(false);
  const shown = all ? item.shownWith : item.shownWith.slice(0, 8);
  const more = item.shownWith.length - shown.length;
  return (
    <Panel title={say('item.shownWith')}>
      <p className="quiet">{say('item.shownWithSays')}</p>
      {item.shownWith.length === 0 && <p>{say('item.shownNowhere')}</p>}
      <ul className="pairs">
        {shown.map(({ item: other, place, visits }) => (
          <Pair
            key={other.id}
            name={
              <TextLink to="/catalogue/$id" params={{ id: other.id }}>
                {other.name}
              </TextLink>
            }
            value={say('item.place', { place })}
            note={`${evidenceWords('viewed-together', say)}: ${say('preview.visits', { count: visits })}`}
          />
        ))}
      </ul>
      {more > 0 && (
        <Button size="xs" variant="default" mt={8} onClick={() => setAll(true)}>
          {say('criteria.andMore', { count: more })}
        </Button>
      )}
    </Panel>
  );
}

/** Why it is shown nowhere, if so, and which collections and promotions it is in. */
function Concerns({ item: { hiddenBy, collections, promotions } }: { item: Item }) {
  const { say } = useVoice();
  const isHidden = hiddenBy.stock || hiddenBy.exclusions.length > 0;
  return (
    <Panel title={say(isHidden ? 'item.hidden' : 'item.mayBeShown')}>
      {hiddenBy.stock && <p>{say('item.hiddenByStock')}</p>}
      <Named kind="exclusions" rows={hiddenBy.exclusions} />
      <Named kind="collections" rows={collections} />
      <Named kind="promotions" rows={promotions} />
      {collections.length === 0 && promotions.length === 0 && <p className="quiet">{say('item.inNone')}</p>}
    </Panel>
  );
}

function Named({ kind, rows }: { kind: 'collections' | 'exclusions' | 'promotions'; rows: Item['collections'] }) {
  const { say } = useVoice();
  if (rows.length === 0) return null;
  return (
    <>
      <h3>{say(`item.in.${kind}`)}</h3>
      <ul className="plain-list">
        {rows.map(({ key, name, dynamic }) => (
          <li key={key}>
            <TextLink to="/rules/$kind/$key" params={{ kind, key }}>
              {name}
            </TextLink>{' '}
            {dynamic && <span className="quiet">{say('shelf.dynamic')}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Variants({ item: { variants } }: { item: Item }) {
  const { say } = useVoice();
  return (
    <Panel title={say('item.variants', { count: variants.length })}>
      <ItemTiles items={variants} />
    </Panel>
  );
}
