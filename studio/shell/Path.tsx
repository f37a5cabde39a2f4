import { useQuery } from '@tanstack/react-query';
import { Link, useRouterState } from '@tanstack/react-router';
import { journeys, person } from '../api/query.ts';
import { audiences } from '../audience/query.ts';
import { designs } from '../design/query.ts';
import { feeds } from '../feed/query.ts';
import { itemPage } from '../item/query.ts';
import { customLists } from '../list/query.ts';
import { templates } from '../message/query.ts';
import { components } from '../component/query.ts';
import { pools } from '../coupon/query.ts';
import { senders } from '../sender/query.ts';
import { themes } from '../theme/query.ts';
import { offers } from '../offer/query.ts';
import { activity } from '../place/query.ts';
import { saidOf } from '../place/shown.ts';
import { useNames } from '../recommend/query.ts';
import { type RuleKind, definition, ruleKinds } from '../rule/query.ts';
import { forms } from '../signup/query.ts';
import { useVoice } from '../ui/voice.tsx';
import { type Key, isKey, recipeWords } from '../words/words.ts';

/** Parts of the recommendations that have pages of their own. */
const within: Record<string, 'rules' | 'lists' | 'designs' | 'offers' | 'activities'> = {
  rules: 'rules',
  lists: 'lists',
  designs: 'designs',
  offers: 'offers',
  activities: 'activities',
};

/** Parts of the messages that have pages of their own. */
const ofMessages: Record<string, 'senders' | 'themes' | 'components' | 'coupons'> = {
  senders: 'senders',
  themes: 'themes',
  components: 'components',
  coupons: 'coupons',
};

/** Parts of the settings that have pages of their own. */
const ofSettings: Record<string, 'signUps'> = { 'sign-ups': 'signUps' };

/** Pages of a journey below its own. */
const belowJourney: Record<string, Key> = {
  simulate: 'simulate.open',
  versions: 'versions.title',
  report: 'reports.ofJourney',
};

/** Where I am, as a path: "Journeys / Abandoned cart". */
export function Path() {
  const { say } = useVoice();
  const parts = useRouterState({ select: (state) => state.location.pathname })
    .split('/')
    .filter(Boolean)
    .map((part) => decodeURIComponent(part));
  const [section = 'home', ...rest] = parts;
  const part = within[section];
  const mailPart = ofMessages[section];
  const settingsPart = ofSettings[section];
  const below = section === 'journeys' ? belowJourney[rest[1] ?? ''] : undefined;
  const leaf = useLeafName(section, below === undefined ? rest : [rest[0]!]);
  return (
    <nav className="path" aria-label={say('nav.path')}>
      <ol>
        {settingsPart !== undefined ? (
          <>
            <li>
              <Link to="/settings">{say('nav.settings')}</Link>
            </li>
            <li>
              <Link to="/settings" search={{ show: settingsPart }}>
                {say(`settings.show.${settingsPart}`)}
              </Link>
            </li>
          </>
        ) : mailPart !== undefined ? (
          <>
            <li>
              <Link to="/messages">{say('nav.messages')}</Link>
            </li>
            <li>
              <Link to="/messages" search={{ show: mailPart }}>
                {say(`messages.show.${mailPart}`)}
              </Link>
            </li>
          </>
        ) : part === undefined ? (
          <li>
            {leaf === null ? wordOf(section, say) : <Link to={`/${section}` as '/people'}>{wordOf(section, say)}</Link>}
          </li>
        ) : (
          <>
            <li>
              <Link to="/recommendations">{say('nav.recommendations')}</Link>
            </li>
            <li>
              <Link to="/recommendations" search={{ show: part }}>
                {say(`recommend.show.${part}`)}
              </Link>
            </li>
          </>
        )}
        {below !== undefined && (
          <li>
            <Link to="/journeys/$key" params={{ key: rest[0]! }}>
              {leaf}
            </Link>
          </li>
        )}
        {leaf !== null && <li aria-current="page">{below === undefined ? leaf : say(below)}</li>}
      </ol>
    </nav>
  );
}

function wordOf(section: string, say: (key: Key) => string): string {
  const word = `nav.${section}`;
  if (section === 'account') return say('team.account');
  return isKey(word) ? say(word) : say('nav.home');
}

/** The name of what is open; null on the page of a section. */
function useLeafName(section: string, rest: string[]): string | null {
  const { say } = useVoice();
  const plain = rest.at(-1) ?? '';
  const isNew = plain === '+';
  const asked = (of: string) => ({ enabled: section === of && plain !== '' && !isNew });
  const nameOf = useNames();
  const rows = useQuery({ ...journeys, ...asked('journeys') }).data;
  const profile = useQuery({ ...person(plain), ...asked('people') }).data;
  const groups = useQuery({ ...audiences, ...asked('audiences') }).data;
  const mails = useQuery({ ...templates, ...asked('messages') }).data;
  const sources = useQuery({ ...feeds, ...asked('feeds') }).data;
  const item = useQuery({ ...itemPage(plain), ...asked('catalogue') }).data;
  const kind: RuleKind = ruleKinds.find((one) => one === rest[0]) ?? 'collections';
  const rule = useQuery({ ...definition(kind, plain), ...asked('rules') }).data;
  const list = useQuery({ ...customLists, ...asked('lists') }).data;
  const looks = useQuery({ ...designs, ...asked('designs') }).data;
  const library = useQuery({ ...offers, ...asked('offers') }).data;
  const shown = useQuery({ ...activity(plain), ...asked('activities') }).data;
  const brands = useQuery({ ...senders, ...asked('senders') }).data;
  const worn = useQuery({ ...themes, ...asked('themes') }).data;
  const shared = useQuery({ ...components, ...asked('components') }).data;
  const codes = useQuery({ ...pools, ...asked('coupons') }).data;
  const letters = useQuery({ ...forms, ...asked('sign-ups') }).data;
  if (plain === '' || section === 'mailbox') return null;
  const keyed = (all: readonly { key: string; name: string }[] | undefined) =>
    all?.find((row) => row.key === plain)?.name ?? plain;
  switch (section) {
    case 'recommendations':
      return isNew ? say('criteria.new') : nameOf(plain);
    case 'rules':
      return isNew ? say(`shelf.${kind}.new`) : (rule?.name ?? plain);
    case 'lists':
      return isNew ? say('lists.new') : keyed(list);
    case 'designs':
      return isNew ? say('designs.new') : keyed(looks);
    case 'offers':
      return isNew ? say('offers.new') : keyed(library);
    case 'activities':
      return isNew ? say('places.new') : shown ? saidOf(shown).name : plain;
    case 'senders':
      return isNew ? say('senders.new') : (brands?.find(({ key }) => key === plain)?.sender.name ?? plain);
    case 'themes':
      return isNew ? say('themes.new') : (worn?.find(({ key }) => key === plain)?.theme.name ?? plain);
    case 'components':
      return isNew ? say('components.new') : (shared?.find(({ key }) => key === plain)?.document.name ?? plain);
    case 'coupons':
      return isNew ? say('coupons.new') : (codes?.find(({ key }) => key === plain)?.pool.name ?? plain);
    case 'sign-ups':
      return isNew ? say('signUps.new') : (letters?.find(({ key }) => key === plain)?.title ?? plain);
    case 'feeds':
      return isNew ? say('feeds.new') : keyed(sources);
    case 'messages':
      return isNew ? say('messages.new') : keyed(mails);
    case 'audiences':
      return isNew ? say('audiences.new') : keyed(groups);
    case 'journeys':
      return recipeWords(keyed(rows), say);
    case 'ledger':
      return say('ledger.mail');
    case 'catalogue':
      return item?.name ?? plain;
    default:
      return profile?.email ?? plain.slice(0, 8);
  }
}
