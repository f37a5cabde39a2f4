import '../recommend/recommend.css';
import '../design/design.css';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { OfferInput, OfferView } from '../../src/api/contract-design.ts';
import { PageHead } from '../ui/Page.tsx';
import { OnePage, type Place, TakeThingAway, ThingForm } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { OfferFields } from './OfferFields.tsx';
import { OfferPreview } from './OfferPreview.tsx';
import { offer, offerPath, offers } from './query.ts';

/** One offer of the library, with what it would show. `+` makes a new one. */
export function OfferPage() {
  const { key } = useParams({ from: '/offers/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownOffer key={key} offerKey={key} />;
  const begin: OfferInput = { name: '', offer: { kind: 'recommendation', criterion: 'popular' } };
  return (
    <div className="page">
      <PageHead title={say('offers.new')} answer={say('offers.newAnswer')} note={say('rule.newNote')} />
      <OfferForm known={null} begin={begin} />
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: offerPath,
    cache: ['offers'],
    open: (key) => navigate({ to: '/offers/$key', params: { key }, search: (old) => old }),
    leave: () => navigate({ to: '/recommendations', search: { show: 'offers' } }),
  };
}

function KnownOffer({ offerKey }: { offerKey: string }) {
  const { say } = useVoice();
  const place = usePlace();
  return (
    <OnePage query={useQuery(offer(offerKey))}>
      {(data) => {
        const before: OfferInput = { name: data.name, offer: data.offer };
        const note = `${say(`offers.kind.${data.offer.kind}`)}. ${say('offers.says')}`;
        return (
          <>
            <PageHead title={data.name} answer={data.name} note={note}>
              <TakeThingAway place={place} thing={data} before={before} />
            </PageHead>
            <OfferForm key={data.version} known={data} begin={before} />
          </>
        );
      }}
    </OnePage>
  );
}

function OfferForm({ known, begin }: { known: OfferView | null; begin: OfferInput }) {
  const { say } = useVoice();
  const [isWhole, setWhole] = useState(true);
  return (
    <ThingForm
      place={usePlace()}
      title={say('offers.panel')}
      keyHint={say('offers.keyHint')}
      known={known}
      others={useQuery(offers).data}
      begin={begin}
      isReady={() => isWhole}
      beside={({ offer: shown, name }) => <OfferPreview offer={shown} name={name} />}
    >
      {(draft, change) => (
        <OfferFields
          offer={draft.offer}
          onChange={(next, whole) => {
            change({ ...draft, offer: next });
            setWhole(whole);
          }}
        />
      )}
    </ThingForm>
  );
}
