import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { OfferInput } from '../../src/api/contract-design.ts';
import type { RecommendationAnswer } from '../../src/api/contract.ts';
import { ask } from '../api/client.ts';
import { AskForm } from '../recommend/AskForm.tsx';
import { type Search, askingOf } from '../recommend/asking.ts';
import { Offers } from '../recommend/Offers.tsx';
import { frameOf } from '../mailbox/frame.ts';
import { Panel } from '../ui/Page.tsx';
import { ProblemNote, Rows } from '../ui/State.tsx';
import { useVoice } from '../ui/voice.tsx';

type Recommended = Extract<OfferInput['offer'], { kind: 'recommendation' }>;

/** What an offer would show: its items with their reasons, or its content. */
export function OfferPreview({ offer, name }: { offer: OfferInput['offer']; name: string }) {
  const { say } = useVoice();
  if (offer.kind === 'recommendation') return <Recommendation offer={offer} />;
  return (
    <Panel title={say('offers.preview')}>
      {offer.kind === 'html' ? (
        <iframe
          className="design-frame"
          title={say('designs.frame', { name })}
          sandbox=""
          referrerPolicy="no-referrer"
          srcDoc={frameOf(offer.content, false)}
        />
      ) : (
        <pre className="raw">{JSON.stringify(offer.content, null, 2)}</pre>
      )}
    </Panel>
  );
}

function Recommendation({ offer }: { offer: Recommended }) {
  const { say, language } = useVoice();
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const put = (change: Search) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false });
  const [open, setOpen] = useState<string>();
  const [settled] = useDebouncedValue(JSON.stringify(offer), 300);
  const { kind: _kind, design: _design, selector: _selector, limit, ...asked } = JSON.parse(settled) as Recommended;
  const body = { ...askingOf(search, language), ...asked, ...(limit === undefined ? {} : { limit }), reasons: true };
  const { data, error } = useQuery({
    queryKey: ['preview', 'offer', body],
    queryFn: () => ask<RecommendationAnswer>('/v1/recommendations', { method: 'POST', body }),
    placeholderData: (before: RecommendationAnswer | undefined) => before,
    retry: false,
  });
  return (
    <div className="criterion-try">
      <Panel
        title={
          data
            ? say(`preview.status.${data.status}`, { count: data.count, limit: body.limit ?? 0 })
            : say('offers.preview')
        }
        aside={<span className="quiet">{data && data.count > 0 && say('preview.filled', { ...data.filledBy })}</span>}
      >
        {error ? (
          <ProblemNote error={error} />
        ) : !data ? (
          <Rows count={6} height={48} />
        ) : (
          <Offers data={data} open={open} onOpen={setOpen} />
        )}
      </Panel>
      <Panel title={say('form.whom')}>
        <AskForm search={search} needs={null} put={put} />
      </Panel>
    </div>
  );
}
