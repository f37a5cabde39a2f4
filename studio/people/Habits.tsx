import type { ProfileDetail } from '../../src/api/contract.ts';
import { Panel } from '../ui/Page.tsx';
import { Pair } from '../ui/Pair.tsx';
import { useVoice } from '../ui/voice.tsx';
import { valueText } from './value.ts';

/** What was made out of what somebody did: visits, favourites, computed traits. */
export function HabitsPanel({ data }: { data: ProfileDetail }) {
  const { say, moment, number } = useVoice();
  const traits = Object.entries(data.traits);
  const { visit } = data;
  const nameOf = (item: string) => data.viewed.find((view) => view.item === item)?.name ?? item;
  return (
    <Panel title={say('habits.title')}>
      <ul className="pairs">
        <Pair
          name={say('habits.visits')}
          value={number(data.visits)}
          note={
            visit &&
            say(visit.endedAt === null ? 'habits.visitNow' : 'habits.visitLast', { time: moment(visit.startedAt) })
          }
        />
        {data.favouriteCategory !== null && <Pair name={say('habits.category')} value={data.favouriteCategory} />}
        {data.mostViewed !== null && <Pair name={say('habits.mostViewed')} value={nameOf(data.mostViewed)} />}
        {traits.map(([name, value]) => (
          <Pair key={name} name={name} value={valueText(value)} note={say('habits.trait')} />
        ))}
      </ul>
      {traits.length === 0 && <p className="quiet">{say('habits.noTraits')}</p>}
    </Panel>
  );
}
