import '../recommend/recommend.css';
import '../design/design.css';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import type { ActivityInput, ActivityView } from '../../src/api/contract-design.ts';
import { ask } from '../api/client.ts';
import { PageHead } from '../ui/Page.tsx';
import { OnePage, type Place, TakeThingAway, ThingForm } from '../ui/thing.tsx';
import { useVoice } from '../ui/voice.tsx';
import { ActivityFields } from './ActivityFields.tsx';
import { Experiences } from './Experiences.tsx';
import { Numbers } from './Numbers.tsx';
import { OnSite } from './OnSite.tsx';
import { Turn } from './Turn.tsx';
import { activities, activity, activityPath } from './query.ts';
import { saidOf, shownOf } from './shown.ts';

/** One activity of a place: to whom it shows what, with what that is beside it. `+` makes a new one. */
export function ActivityPage() {
  const { key } = useParams({ from: '/activities/$key' });
  const { say } = useVoice();
  if (key !== '+') return <KnownActivity key={key} activityKey={key} />;
  const begin: ActivityInput = { name: '', location: '', recommend: { criteria: [{ criterion: 'popular' }] } };
  return (
    <div className="page">
      <PageHead title={say('places.new')} answer={say('places.newAnswer')} note={say('places.newNote')} />
      <ActivityForm known={null} begin={begin} />
    </div>
  );
}

function usePlace(): Place {
  const navigate = useNavigate();
  return {
    door: activityPath,
    cache: ['activities'],
    open: (key) => navigate({ to: '/activities/$key', params: { key }, search: (old) => old }),
    leave: () => navigate({ to: '/recommendations', search: { show: 'activities' } }),
  };
}

function KnownActivity({ activityKey }: { activityKey: string }) {
  const place = usePlace();
  return (
    <OnePage query={useQuery(activity(activityKey))}>
      {(data) => {
        const said = saidOf(data);
        const again = () =>
          data.state === 'live' ? ask(`${activityPath(data.key)}/publish`, { method: 'POST' }) : none();
        return (
          <>
            <Head data={data}>
              <TakeThingAway place={place} thing={{ key: data.key, name: said.name }} before={said} again={again} />
            </Head>
            <ActivityForm key={JSON.stringify(said)} known={data} begin={said} />
            <Numbers activityKey={data.key} said={said} />
            <OnSite activityKey={data.key} said={said} />
          </>
        );
      }}
    </OnePage>
  );
}

const none = () => Promise.resolve(null);

function Head({ data, children }: { data: ActivityView; children: React.ReactNode }) {
  const { say, percent } = useVoice();
  const said = saidOf(data);
  const words = {
    place: said.location,
    count: shownOf(said).length,
    control: percent(said.control ?? 0),
  };
  const note = (
    <>
      <b className="person-name">{said.name}</b> {say('places.note', words)}{' '}
      {data.state !== 'draft' && data.draft !== null && say('action.isDraft')}
    </>
  );
  return (
    <PageHead title={said.name} answer={say(`places.answer.${data.state}`, { place: said.location })} note={note}>
      <Turn data={data} />
      {children}
    </PageHead>
  );
}

function ActivityForm({ known, begin }: { known: ActivityView | null; begin: ActivityInput }) {
  const { say } = useVoice();
  const others = useQuery(activities).data?.map((one) => ({ key: one.key, name: saidOf(one).name }));
  return (
    <ThingForm
      place={usePlace()}
      title={say('places.panel')}
      keyHint={say('places.keyHint')}
      known={known && { key: known.key, name: begin.name }}
      others={others}
      begin={begin}
      isReady={({ location }) => location.trim() !== ''}
      beside={(draft) => <Experiences draft={draft} />}
    >
      {(draft, change, error) => <ActivityFields draft={draft} onChange={change} error={error} />}
    </ThingForm>
  );
}
