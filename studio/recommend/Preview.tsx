import { useQuery } from '@tanstack/react-query';
import { IconSparkles } from '@tabler/icons-react';
import { Panel } from '../ui/Page.tsx';
import { Empty, ProblemNote, Rows } from '../ui/State.tsx';
import { roughly } from '../ui/format.ts';
import { useVoice } from '../ui/voice.tsx';
import { type Needs, type Search, askingOf, lacking } from './asking.ts';
import { Offers } from './Offers.tsx';
import { type Tried, itemsBy, preview, useNames } from './query.ts';
import { filteredWords, noteWords } from './sentence.ts';
import type { RecommendationAnswer } from '../../src/api/contract.ts';

interface Props {
  tried: Tried;
  needs: Needs;
  search: Search;
  onOpen: (id: string | undefined) => void;
}

/** What a criterion would show, each item with its reasons; beside it what was kept out and how old the data is. */
export function Preview({ tried, needs, search, onOpen }: Props) {
  const { say, language } = useVoice();
  const asking = askingOf(search, language);
  const lacks = lacking(needs, search);
  const { data, error, refetch, isFetching } = useQuery({
    ...preview(tried, asking),
    enabled: lacks === null,
  });
  if (lacks !== null) {
    return (
      <Panel>
        <Empty
          title={say(`preview.needs.${lacks}`)}
          says={say(`preview.needs.${lacks}Says`)}
          icon={<IconSparkles stroke={1.5} />}
        />
      </Panel>
    );
  }
  if (error && !isFetching) return <ProblemNote error={error} again={() => void refetch()} />;
  if (!data) {
    return (
      <Panel>
        <Rows count={6} height={48} />
      </Panel>
    );
  }
  return (
    <div className="preview" aria-busy={isFetching}>
      <Answer data={data} limit={asking.limit ?? 0} open={search.open} onOpen={onOpen} />
      <About data={data} />
    </div>
  );
}

interface AnswerProps {
  data: RecommendationAnswer;
  limit: number;
  open: string | undefined;
  onOpen: Props['onOpen'];
}

function Answer({ data, limit, open, onOpen }: AnswerProps) {
  const { say } = useVoice();
  const { status, count, filledBy, items, reasons } = data;
  const empty = reasons?.empty ?? null;
  return (
    <Panel
      className="preview-answer"
      title={say(`preview.status.${status}`, { count, limit })}
      aside={
        <span className="quiet" role="status">
          {count > 0 && say('preview.filled', { ...filledBy })}
        </span>
      }
    >
      {items.length === 0 ? (
        <Empty
          title={say('preview.empty')}
          says={empty === null ? say('preview.emptySays') : noteWords(empty, say)}
          icon={<IconSparkles stroke={1.5} />}
        />
      ) : (
        <Offers data={data} open={open} onOpen={onOpen} />
      )}
    </Panel>
  );
}

/** What the answer rests on, what each rule kept out, who was asked, and how old it is. */
function About({ data }: { data: RecommendationAnswer }) {
  const { say, number } = useVoice();
  return (
    <div className="preview-about">
      <Keys ids={data.key} />
      <Panel title={say('preview.filteredTitle')}>
        {data.filtered.length === 0 ? (
          <p className="quiet">{say('preview.filteredNone')}</p>
        ) : (
          <table className="sums">
            <tbody>
              {data.filtered.map(({ rule, count }) => (
                <tr key={rule}>
                  <th scope="row" className="breaks">
                    {filteredWords(rule, say)}
                  </th>
                  <td>{number(count)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Panel>
      {data.reasons && <Asked asked={data.reasons.asked} />}
      <Panel title={say('preview.ageTitle')}>
        <p>{say('preview.age', { time: roughly(data.age, say) })}</p>
        {data.reasons && <p className="quiet">{say('preview.learned', { count: data.reasons.learned })}</p>}
      </Panel>
    </div>
  );
}

function Keys({ ids }: { ids: string[] }) {
  const { say } = useVoice();
  const known = useQuery(itemsBy(ids)).data ?? [];
  if (ids.length === 0) return null;
  return (
    <Panel title={say('preview.keyTitle')}>
      <p>{ids.map((id) => known.find((item) => item.id === id)?.name ?? id).join(', ')}</p>
    </Panel>
  );
}

function Asked({ asked }: { asked: NonNullable<RecommendationAnswer['reasons']>['asked'] }) {
  const { say } = useVoice();
  const nameOf = useNames();
  return (
    <Panel title={say('preview.askedTitle')}>
      <ol className="asked">
        {asked.map(({ criterion, as, slots, items, note }, index) => (
          <li key={`${index} ${criterion}`}>
            <span>
              {as === 'popular' || as === 'range' ? say(`preview.as.${as}`) : nameOf(criterion)}
              {(as === 'backup' || as === 'member') && <span className="quiet"> {say(`preview.as.${as}`)}</span>}
            </span>
            <b>{say('preview.gave', { items, slots })}</b>
            {note !== undefined && <span className="quiet">{noteWords(note, say)}</span>}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
