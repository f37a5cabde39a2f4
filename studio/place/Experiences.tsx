import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActivityInput } from '../../src/api/contract-design.ts';
import { OfferPreview } from '../offer/OfferPreview.tsx';
import { offers } from '../offer/query.ts';
import { useNames } from '../recommend/query.ts';
import { Panel } from '../ui/Page.tsx';
import { useVoice } from '../ui/voice.tsx';
import { type Offering, shownOf } from './shown.ts';

/** How many see what, and what one of the experiences would show to somebody. */
export function Experiences({ draft }: { draft: ActivityInput }) {
  const { say, percent } = useVoice();
  const library = useQuery(offers).data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const nameOf = useNames();
  const all = shownOf(draft, nameOf);
  const one = all.find(({ key }) => key === chosen) ?? all[0];
  const contentOf = (offer: Offering) =>
    offer.kind === 'offer' ? library.find(({ key }) => key === offer.offer)?.offer : offer;
  return (
    <div className="criterion-try">
      <Panel title={say('places.shares')}>
        <ul className="plain-list pairs">
          {all.map(({ key, name, share }) => (
            <li key={key}>
              <span className="pair-name">{name}</span>
              <span className="pair-value">{percent(share)}</span>
            </li>
          ))}
          <li>
            <span className="pair-name">{say('places.nothing')}</span>
            <span className="pair-value">{percent(draft.control ?? 0)}</span>
          </li>
        </ul>
        {all.length > 1 && (
          <Select
            mt={12}
            label={say('places.look')}
            value={one?.key ?? null}
            data={all.map(({ key, name }) => ({ value: key, label: name }))}
            allowDeselect={false}
            onChange={setChosen}
          />
        )}
      </Panel>
      {one?.offers.length === 0 && (
        <Panel title={say('offers.preview')}>
          <p className="quiet">{say('places.showsNothing')}</p>
        </Panel>
      )}
      {one?.offers.map((offer, nth) => {
        const shown = contentOf(offer);
        const isNamed = shown && (shown.kind !== 'recommendation' || shown.criterion !== '');
        return isNamed && <OfferPreview key={`${one.key} ${nth}`} offer={shown} name={one.name} />;
      })}
    </div>
  );
}
