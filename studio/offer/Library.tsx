import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconGift } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useNames } from '../recommend/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';
import type { OfferView } from '../../src/api/contract-design.ts';
import { offers } from './query.ts';

/** What experiences of activities may show, kept once for all of them. */
export function Library() {
  const { say } = useVoice();
  const nameOf = useNames();
  const { data, error, refetch } = useQuery(offers);
  if (error && !data) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) return <Rows count={4} height={28} />;
  if (data.length === 0) {
    return (
      <Empty title={say('offers.none')} says={say('offers.noneSays')} icon={<IconGift stroke={1.5} />}>
        <NewOffer />
      </Empty>
    );
  }
  return (
    <div className="table">
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('form.name')}</Table.Th>
            <Table.Th>{say('offers.shows')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.map(({ key, name, offer }) => (
            <Table.Tr key={key}>
              <Table.Td className="main-cell">
                <Link to="/offers/$key" params={{ key }} className="row-link">
                  {name}
                </Link>
                <span className="quiet">{key}</span>
              </Table.Td>
              <Table.Td>{shows(offer)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );

  function shows(offer: OfferView['offer']): string {
    if (offer.kind !== 'recommendation') return say(`offers.kind.${offer.kind}`);
    const { criterion, design } = offer;
    const what = nameOf(criterion);
    return design === undefined ? what : say('offers.inDesign', { criterion: what, design });
  }
}

export function NewOffer() {
  const { say } = useVoice();
  return (
    <ButtonLink to="/offers/$key" params={{ key: '+' }}>
      {say('offers.new')}
    </ButtonLink>
  );
}
