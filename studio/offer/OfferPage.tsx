import '../recommend/recommend.css';
import '../design/design.css';
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { OfferInput, OfferView } from '../../src/api/contract-design.ts';
import { isKeyForm, keyOf } from '../audience/rule.ts';
import { ask } from '../api/client.ts';
import { KeyField } from '../ui/KeyField.tsx';
import { PageHead, Panel } from '../ui/Page.tsx';
import { PageSkeleton, ProblemNote } from '../ui/State.tsx';
import { TakeAway } from '../ui/TakeAway.tsx';
import { elsewhere, faultAt } from '../ui/fault.ts';
import { useUndo } from '../ui/undo.tsx';
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

function KnownOffer({ offerKey }: { offerKey: string }) {
  const { say } = useVoice();
  const { data, error, refetch } = useQuery(offer(offerKey));
  if (error && !data) {
    return (
      <div className="page">
        <ProblemNote error={error} again={() => void refetch()} />
      </div>
    );
  }
  if (!data) return <PageSkeleton />;
  return (
    <div className="page">
      <PageHead
        title={data.name}
        answer={data.name}
        note={`${say(`offers.kind.${data.offer.kind}`)}. ${say('offers.says')}`}
      >
        <TakeOfferAway known={data} />
      </PageHead>
      <OfferForm key={data.version} known={data} begin={{ name: data.name, offer: data.offer }} />
    </div>
  );
}

function TakeOfferAway({ known: { key, name, offer: shown } }: { known: OfferView }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const fresh = () => client.invalidateQueries({ queryKey: ['offers'] });
  const away = async () => {
    await ask<unknown>(offerPath(key), { method: 'DELETE' });
    await navigate({ to: '/recommendations', search: { show: 'offers' } });
    client.removeQueries({ queryKey: ['offers', key] });
    await fresh();
  };
  const back = async () => {
    await ask<unknown>(offerPath(key), { method: 'PUT', body: { name, offer: shown } });
    await fresh();
  };
  return <TakeAway name={name} away={away} back={back} />;
}

function OfferForm({ known, begin }: { known: OfferView | null; begin: OfferInput }) {
  const { say } = useVoice();
  const [draft, setDraft] = useState(begin);
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const key = known?.key ?? ownKey ?? keyOf(draft.name);
  const taken = useQuery(offers).data?.some((one) => one.key === key) === true && known === null;
  const save = useSave(key, known);
  const isSame = known !== null && JSON.stringify(draft) === JSON.stringify(begin);
  const [isWhole, setWhole] = useState(true);
  const ready = draft.name.trim() !== '' && isKeyForm(key) && !taken && !isSame && isWhole;
  return (
    <div className="criterion-edit">
      <Panel title={say('offers.panel')}>
        <form
          className="stack-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) save.mutate({ ...draft, name: draft.name.trim() });
          }}
        >
          <TextInput
            label={say('form.name')}
            value={draft.name}
            maxLength={250}
            error={faultAt(save.error, 'name')}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
          {!known && <KeyField value={key} taken={taken} says={say('offers.keyHint')} onChange={setOwnKey} />}
          <OfferFields
            offer={draft.offer}
            onChange={(next, whole) => {
              setDraft({ ...draft, offer: next });
              setWhole(whole);
            }}
          />
          {elsewhere(save.error, 'name') !== null && save.error && <ProblemNote error={save.error} />}
          <div className="actions">
            <Button type="submit" loading={save.isPending} disabled={!ready}>
              {say('audience.save')}
            </Button>
            <span className="quiet" role="status">
              {isSame && say('rule.asKept')}
            </span>
          </div>
        </form>
      </Panel>
      <OfferPreview offer={draft.offer} name={draft.name} />
    </div>
  );
}

/** Saves, and offers the way back. */
function useSave(key: string, known: OfferView | null) {
  const { say } = useVoice();
  const client = useQueryClient();
  const navigate = useNavigate();
  const undo = useUndo();
  const fresh = () => client.invalidateQueries({ queryKey: ['offers'] });
  return useMutation({
    mutationFn: (body: OfferInput) => ask<OfferView>(offerPath(key), { method: 'PUT', body }),
    onSuccess: async (saved) => {
      client.setQueryData(['offers', saved.key], saved);
      if (known === null) await navigate({ to: '/offers/$key', params: { key: saved.key }, search: (old) => old });
      await fresh();
      const back = async () => {
        if (known !== null) {
          await ask<unknown>(offerPath(key), { method: 'PUT', body: { name: known.name, offer: known.offer } });
        } else {
          await ask<unknown>(offerPath(key), { method: 'DELETE' });
          await navigate({ to: '/recommendations', search: { show: 'offers' } });
        }
        await fresh();
      };
      undo({ says: say('rule.saved', { name: saved.name }), undo: back });
    },
  });
}
