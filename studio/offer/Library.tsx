import { useQuery } from '@tanstack/react-query';
import { IconGift } from '@tabler/icons-react';
import { useNames } from '../recommend/query.ts';
import { ButtonLink } from '../ui/Link.tsx';
import { ThingTable, type Column } from '../ui/ThingTable.tsx';
import { May } from '../ui/May.tsx';
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
  const columns: Column<OfferView>[] = [{ head: say('offers.shows'), cell: ({ offer }) => shows(offer) }];
  return (
    <ThingTable query={useQuery(offers)} none={none} to="/offers/$key" nameOf={(row) => row.name} columns={columns} />
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
    <May ask="items">
      <ButtonLink to="/offers/$key" params={{ key: '+' }}>
        {say('offers.new')}
      </ButtonLink>
    </May>
  );
}
