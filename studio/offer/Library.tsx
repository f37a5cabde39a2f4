import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconGift } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useNames } from '../recommend/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { Listing } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import type { OfferView } from '../../src/api/contract-design.ts';
import { offers } from './query.ts';

/** What experiences of activities may show, kept once for all of them. */
export function Library() {
  const { say } = useVoice();
  const nameOf = useNames();
  const none = {
    title: say('offers.none'),
    says: say('offers.noneSays'),
    icon: <IconGift stroke={1.5} />,
    action: <NewOffer />,
  };
  return (
    <Listing query={useQuery(offers)} none={none}>
      {(rows) => (
        <div className="table">
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('form.name')}</Table.Th>
                <Table.Th>{say('offers.shows')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map(({ key, name, offer }) => (
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
      )}
    </Listing>
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
