import {
  IconArrowsSplit2,
  IconBan,
  IconClick,
  IconDoorEnter,
  IconDoorExit,
  IconFlag,
  IconHandStop,
  IconHourglassEmpty,
  IconId,
  IconMail,
  IconMailForward,
  IconPlugConnected,
  IconPointer,
  IconScale,
  IconShieldCheck,
  IconShoppingBagCheck,
  type TablerIcon,
} from '@tabler/icons-react';
import type { TimelineEntry, TimelineKind } from '../../src/api/contract.ts';
import { TextLink } from '../ui/Link.tsx';
import { Picture } from '../ui/Page.tsx';
import { reasonWords } from '../ui/reason.ts';
import { saidWords } from '../ui/said.ts';
import { recipeWords } from '../words/words.ts';
import { joinWords } from '../journey/sentence.ts';
import { type Voice, useVoice } from '../ui/voice.tsx';
import { byDay, withTimes } from './day.ts';

/** The other kinds have their reason in their sentence. */
const withReason = new Set<TimelineKind>(['refused', 'held', 'heldOut', 'exited']);

type Tone = 'quiet' | 'signal' | 'good' | 'harm' | 'wait' | 'control';

const looks: Record<TimelineKind, { Icon: TablerIcon; tone: Tone }> = {
  event: { Icon: IconPointer, tone: 'quiet' },
  entered: { Icon: IconDoorEnter, tone: 'good' },
  waiting: { Icon: IconHourglassEmpty, tone: 'wait' },
  passed: { Icon: IconArrowsSplit2, tone: 'quiet' },
  action: { Icon: IconPlugConnected, tone: 'quiet' },
  planned: { Icon: IconMailForward, tone: 'quiet' },
  held: { Icon: IconHandStop, tone: 'wait' },
  heldOut: { Icon: IconScale, tone: 'control' },
  sent: { Icon: IconMail, tone: 'signal' },
  clicked: { Icon: IconClick, tone: 'signal' },
  ordered: { Icon: IconShoppingBagCheck, tone: 'good' },
  refused: { Icon: IconBan, tone: 'harm' },
  exited: { Icon: IconDoorExit, tone: 'control' },
  ended: { Icon: IconFlag, tone: 'control' },
  consent: { Icon: IconShieldCheck, tone: 'quiet' },
  identified: { Icon: IconId, tone: 'quiet' },
};

/** What happened to a person, newest first, by the days of the shop. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const { say, day, frame } = useVoice();
  if (entries.length === 0) return <p className="quiet">{say('person.timelineNone')}</p>;
  return byDay(entries, frame.zone).map((group) => (
    <section key={group[0].at} className="day">
      <h3>{day(group[0].at)}</h3>
      <ol className="timeline">
        {group.map((entry, index) => (
          <Entry key={`${entry.at} ${entry.kind} ${index}`} entry={entry} />
        ))}
      </ol>
    </section>
  ));
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const voice = useVoice();
  const { say, hour, moment } = voice;
  const { Icon, tone } = looks[entry.kind] ?? looks.event;
  const until = untilOf(entry);
  return (
    <li className={`entry text-${tone}`}>
      <time dateTime={entry.at}>{hour(entry.at)}</time>
      <span className="entry-dot">
        <Icon size={14} stroke={1.5} aria-hidden="true" />
      </span>
      <div className="entry-words">
        <span className="entry-kind">{say(`timeline.${entry.kind}`)}</span>
        <span>{entryWords(entry, voice)}</span>
        {entry.reason && withReason.has(entry.kind) && (
          <span className="entry-why">{say('timeline.why', { reason: reasonWords(entry.reason, say) })}</span>
        )}
        {until && <span className="entry-why">{say('timeline.until', { time: moment(until) })}</span>}
        {entry.journey && (
          <JourneyLink
            journey={entry.journey}
            name={recipeWords(entry.journeyName ?? entry.journey, say)}
            activity={entry.activity}
          />
        )}
        {entry.items && entry.items.length > 0 && <Items items={entry.items} />}
      </div>
    </li>
  );
}

/** Its sentence in the reader's language, with the reason where it has no line of its own. */
function entryWords({ said, text, items, kind, bot }: TimelineEntry, voice: Voice): string {
  const { say, moment } = voice;
  if (!said) return withTimes(text, moment);
  const names = (items ?? []).map(({ name, quantity = 1 }) => (quantity > 1 ? `${quantity} × ${name}` : name));
  const listed = names.length > 4 ? `${names.slice(0, 3).join(', ')} + ${names.length - 3}` : joinWords(names, say);
  const values = listed === '' || said.values['items'] === undefined ? said.values : { ...said.values, items: listed };
  const words = withTimes(saidWords({ ...said, values }, text, voice), moment);
  const reason = said.values['reason'];
  const why = typeof reason === 'string' && !withReason.has(kind) ? `: ${reasonWords(reason, say)}` : '';
  return `${words}${why}${bot === true ? ` (${say('person.bot')})` : ''}`;
}

/** What is waited for, where something waits. */
function untilOf({ detail }: TimelineEntry): string | null {
  const until = (detail as { until?: unknown } | undefined)?.until;
  return typeof until === 'string' ? until : null;
}

function JourneyLink({ journey, name, activity }: { journey: string; name: string; activity: string | undefined }) {
  return (
    <TextLink to="/journeys/$key" params={{ key: journey }} search={{ activity }} size="xs">
      {activity ? `${name} · ${activity}` : name}
    </TextLink>
  );
}

function Items({ items }: { items: NonNullable<TimelineEntry['items']> }) {
  const { say } = useVoice();
  const shown = items.slice(0, 6);
  return (
    <ul className="entry-items">
      {shown.map((item) => (
        <li key={item.id}>
          <Picture url={item.imageUrl} name={item.name} size={36} />
          <span>
            {item.name}
            {(item.quantity ?? 1) > 1 && ` · ${say('person.times', { count: item.quantity ?? 1 })}`}
          </span>
        </li>
      ))}
      {items.length > shown.length && (
        <li className="quiet">{say('person.more', { count: items.length - shown.length })}</li>
      )}
    </ul>
  );
}
