import type {
  AdvanceReport,
  ClockView,
  JourneyDetail,
  JourneyRow,
  MailRow,
  Overview,
  PersonHere,
  PersonRow,
  Problem,
  RecommendationAnswer,
} from '../../src/api/contract.ts';
import { audiencesOf, listReport, membersOf, problemsOf } from './audience.ts';
import { documents } from './document.ts';
import { intakeOf, noIntake, quarantineOf, requestsOf, webhooksOf } from './incoming.ts';
import { certificateOf, profileOf } from './person.ts';
import {
  comparisonsOf,
  creditsOf,
  funnelOf,
  itemsOf,
  outletOf,
  periodsOf,
  recommendationsOf,
  rulesOf,
} from './measured.ts';
import { harmOf, reportOf } from './report.ts';
import { ledgerOf, ledgerPageOf, ledgerStoryOf, paceOf } from './ledger.ts';
import { stuckOf } from './stuck.ts';
import { placesOf, versionOf, versionsOf } from './version.ts';
import { itemNames, mailHtml, picture, timelineOf } from './story.ts';
import { auditOf, meOf, membersOf as membersOfTeam } from './team.ts';
import { criteriaOf, noRules, nothingYet } from './criterion.ts';

interface World {
  /** UTC ms. */
  now: number;
  empty: boolean;
}

const iso = (world: World, hours: number) => new Date(world.now + hours * 3_600_000).toISOString();

const peopleRows = (world: World): PersonRow[] =>
  world.empty
    ? []
    : names.map((name, index) => ({
        id: `0193-${index}`,
        label: name,
        email: index % 5 === 4 ? null : `${name.split(' ')[0]?.toLowerCase() ?? 'a'}@exempel.se`,
        lastSeenAt: iso(world, -index * 3.7),
        cartItems: (index * 7) % 5,
        viewed: (index * 13) % 41,
        orders: (index * 3) % 4,
        reachable: index % 5 !== 4,
      }));

const journeyRows = (world: World): JourneyRow[] =>
  world.empty
    ? []
    : documents.map(({ key, name, description }, index) => ({
        key,
        name,
        description,
        status: index === 3 ? 'draft' : 'live',
        version: index + 1,
        active: [38, 371, 3, 0][index] ?? 0,
        entered: [1204, 3811, 92, 0][index] ?? 0,
        ended: [1166, 3440, 89, 0][index] ?? 0,
        sent: [811, 2204, 61, 0][index] ?? 0,
        heldOut: [97, 251, 6, 0][index] ?? 0,
        orders: [118, 64, 1, 0][index] ?? 0,
        revenue: index === 3 ? [] : [{ amount: [18_412.5, 7211, 89][index] ?? 0, currency: 'EUR' }],
      }));

const overview = (world: World): Overview => ({
  now: iso(world, 0),
  demo: !world.empty,
  shopUrl: '/shop',
  people: world.empty ? 0 : 2004,
  reachable: world.empty ? 0 : 611,
  items: world.empty ? 0 : 200,
  eventsToday: world.empty ? 0 : 1312,
  inJourneys: world.empty ? 0 : 412,
  sentToday: world.empty ? 0 : 3,
  needHand: world.empty
    ? []
    : [
        {
          text: '9 runs need a hand',
          said: { code: 'hand.stuck', values: { journey: 'Abandoned cart', count: 9 } },
          link: '/stuck?journey=abandoned-cart',
        },
        {
          text: '1 mail is in doubt',
          said: { code: 'hand.doubt', values: { journey: 'Abandoned cart', count: 1 } },
          link: '/ledger?state=in_doubt',
        },
      ],
});

const waits = (journey: string) => ({ code: 'next.wait', values: { journey } });

const clock = (world: World): ClockView => ({
  kind: 'virtual',
  now: iso(world, 0),
  zone: 'Europe/Stockholm',
  next: world.empty
    ? []
    : [
        { at: iso(world, 0.4), text: 'Abandoned cart: wait ends', said: waits('Abandoned cart'), count: 2 },
        { at: iso(world, 3.1), text: 'Viewed, not bought: wait ends', said: waits('Viewed, not bought'), count: 17 },
        {
          at: iso(world, 24),
          text: 'Only wandered: the audience is read',
          said: { code: 'next.reading', values: { journey: 'Only wandered' } },
          count: 1,
        },
      ],
  held: world.empty ? [] : [{ reason: 'quiet hours', count: 1, until: iso(world, 22) }],
});

const detail = (world: World, key: string): JourneyDetail => {
  const definition = documents.find((one) => one.key === key) ?? documents[0]!;
  const ids = ['entry', ...Object.keys(definition.activities)];
  const counts = ids.map((id, index) => [
    id,
    { now: id.startsWith('wait') ? 36 : index === 3 ? 2 : 0, today: 140 - index * 17, ever: 1204 - index * 90 },
  ]);
  const draft = key === 'long-words';
  return {
    key,
    status: draft ? 'draft' : 'live',
    version: 3,
    publishedAt: draft ? null : iso(world, -300),
    pausedAt: null,
    versions: draft ? [] : [3, 2, 1],
    definition,
    draft: null,
    revision: 'mock',
    counts: draft ? {} : Object.fromEntries(counts),
  };
};

const here = (world: World, activity: string): PersonHere[] =>
  names.slice(0, activity.startsWith('wait') ? 6 : 0).map((label, index) => ({
    profileId: `0193-${index}`,
    label,
    activity,
    since: iso(world, -index - 1),
    due: iso(world, 3 - index / 2),
  }));

const mails = (world: World): MailRow[] =>
  world.empty
    ? []
    : names.slice(0, 14).map((name, index) => ({
        id: `m-${index}`,
        to: `${name.split(' ')[0]?.toLowerCase() ?? 'a'}@exempel.se`,
        subject: ['Your coats are still here', 'Watches you looked at', 'Popular right now at Lumen & Loom'][
          index % 3
        ]!,
        at: iso(world, -index * 2.3),
      }));

/** An answer of the API to one request. */
type Answer = { status: number; value: unknown };
interface Asked {
  method: string;
  /** The parts of the address after the door. */
  id: string;
  sub: string | undefined;
  rest: string | undefined;
  search: URLSearchParams;
  body: unknown;
}

const ok = (value: unknown): Answer => ({ status: 200, value });

/** The parts of a journey's report, by the rest of their address. */
function reportPart(world: World, { id, rest, search }: Pick<Asked, 'id' | 'rest' | 'search'>): unknown {
  const at = (hours: number) => iso(world, hours);
  const isEmpty = world.empty || id === 'long-words';
  if (rest === 'funnel') return funnelOf(search.get('by') ?? 'day', at, isEmpty);
  if (rest === 'periods') return periodsOf(search, isEmpty);
  if (rest === 'credits') return creditsOf(isEmpty);
  if (rest === 'items') return itemsOf(isEmpty);
  return rest === 'experiments' ? comparisonsOf(id, isEmpty) : reportOf(id, at(0));
}

const alertsOf = (world: World) =>
  world.empty
    ? []
    : [
        {
          key: 'stuck:abandoned-cart',
          kind: 'stuck',
          title: '9 runs of "Abandoned cart" need a hand',
          text: 'Tried 4 times: http_503.',
          journey: 'abandoned-cart',
          raisedAt: iso(world, -3),
          seenAt: iso(world, 0),
          resolvedAt: null,
          said: {
            title: { code: 'alert.stuck', values: { count: 9, journey: 'Abandoned cart' } },
            text: { code: 'stuck.call', values: { count: 4, error: 'http_503' } },
          },
        },
      ];

const stuckRuns = (world: World, keys: readonly string[]) =>
  stuckOf((hours) => iso(world, hours), { names: world.empty ? [] : names, keys });

const doors: Record<string, (world: World, asked: Asked) => Answer> = {
  overview: (world) => ok(overview(world)),
  me: (world) => ok(meOf(world.empty)),
  members: () => ok({ members: membersOfTeam() }),
  audit: (world, { id }) => ok(id === 'verdict' ? { lines: 1312, hash: 'x7Yk', broken: null } : auditOf(world.empty)),
  clock: (world, asked) => ok(asked.method === 'POST' ? advance(world, asked.body) : clock(world)),
  ledger: (world, { id, sub, search }) => {
    const at = (hours: number) => iso(world, hours);
    const keys = documents.map(({ key }) => key);
    if (sub !== undefined) return ok(ledgerStoryOf(at, sub, keys[0]!));
    if (id !== 'messages') return ok(ledgerOf(at, world.empty));
    return ok(world.empty ? { messages: [], next: null } : ledgerPageOf(at, search, keys));
  },
  sending: (world, { id }) => {
    const at = (hours: number) => iso(world, hours);
    return ok(id === 'pace' ? paceOf(at, world.empty) : ledgerOf(at, world.empty).sending);
  },
  stuck: (world) =>
    ok(
      stuckRuns(
        world,
        documents.map(({ key }) => key),
      ),
    ),
  journeys: (world, { method, id, sub, rest, search, body }) => {
    if (sub === 'versions' && rest !== undefined) return ok(versionOf(detail(world, id).definition));
    if (sub === 'versions') return ok(world.empty ? { versions: [] } : versionsOf((hours) => iso(world, hours)));
    if (sub === 'migrate') return ok(placesOf((body as { map?: Record<string, string | null> }).map));
    if (sub === 'stuck') return ok(stuckRuns(world, [id]));
    if (sub === 'runs' && method === 'POST') return ok({ moved: (body as { runs: string[] }).runs.length });
    if (id === '') return ok({ journeys: journeyRows(world) });
    if (sub === 'report') return ok(reportPart(world, { id, rest, search }));
    if (sub === 'harm') return ok(harmOf(id));
    if (sub === 'people') return ok({ people: here(world, search.get('activity') ?? '') });
    return ok(detail(world, id));
  },
  reports: (world, { id, search }) => {
    if (id === 'global') return ok(comparisonsOf(null, world.empty));
    return ok(recommendationsOf(search, (hours) => iso(world, hours), world.empty));
  },
  'credit-rule': () => ok(rulesOf()),
  'event-webhook': (world, { method }) => {
    const webhook = outletOf(world.empty && method === 'GET');
    return ok(method === 'PUT' ? { webhook, secret: 'whsec_aW52ZW50ZWQ=' } : { webhook });
  },
  people: (world, { search }) => {
    const q = (search.get('q') ?? '').toLowerCase();
    const found = peopleRows(world).filter((row) => `${row.label} ${row.email}`.toLowerCase().includes(q));
    return ok({ people: found, left: world.empty || q !== '' ? 0 : 1980 });
  },
  profiles: (world, { id, sub }) => {
    const at = (hours: number) => iso(world, hours);
    if (sub === 'timeline') return ok({ entries: timelineOf(at) });
    if (sub === 'erase') return ok(certificateOf(at, false));
    return ok(profileOf(at, id.replace('id:', '')));
  },
  erasures: (world) => ok(certificateOf((hours) => iso(world, hours), true)),
  intake: (world, { search }) => ok(world.empty ? noIntake : intakeOf(world.now, search)),
  quarantine: (world, { method }) => {
    if (method === 'POST') return ok({ events: 3 });
    return ok(world.empty ? { total: 0, rows: [] } : quarantineOf((hours) => iso(world, hours)));
  },
  webhooks: (world, { id, sub }) => {
    const at = (hours: number) => iso(world, hours);
    return ok(sub === 'requests' ? { requests: requestsOf(id, at) } : { webhooks: world.empty ? [] : webhooksOf(at) });
  },
  language: (_world, { id, body }) => {
    const { source = '' } = (body ?? {}) as { source?: string };
    if (id === 'fields') return ok({ events: [], people: 0, profile: [] });
    if (id === 'outline') return ok({ kind: 'unread', text: source });
    return ok(id === 'format' ? { source } : { problems: problemsOf(source) });
  },
  audiences: (world, { method, id, sub }) => {
    const at = (hours: number) => iso(world, hours);
    const all = world.empty ? [] : audiencesOf(at);
    if (id === '') return ok({ audiences: all });
    if (id === 'preview') return ok({ size: 38, exact: false, sample: membersOf(at, 6) });
    if (sub?.startsWith('members') && method === 'POST') return ok(listReport);
    if (sub === 'members') return ok({ members: membersOf(at, 50), next: '0193-49' });
    return ok(all.find(({ key }) => key === id) ?? audiencesOf(at)[0]);
  },
  alerts: (world, { id }) =>
    ok(id === 'settings' ? { mails: [], webhook: null, off: [] } : { alerts: alertsOf(world) }),
  mailbox: (world, { id }) => ok(id === '' ? mails(world) : oneMail(world, id)),
  recommendations: (_world, { id, body }) => ok(id === 'tuning' ? { tunings: [] } : recommend(body)),
  criteria: (_world, { id, sub, body }) => {
    if (id === '' || sub === 'versions') return ok({ criteria: criteriaOf, versions: [] });
    if (id === 'preview') return ok(recommend({ ...(body as object), criterion: 'preview' }));
    return ok(criteriaOf.find(({ key }) => key === id) ?? criteriaOf[0]);
  },
  collections: (_world, { id }) => ok(id === 'preview' ? noRules : { collections: [] }),
  ...Object.fromEntries(Object.entries(nothingYet).map(([door, value]) => [door, () => ok(value)])),
};

function advance(world: World, body: unknown): AdvanceReport {
  world.now += (body as { by: string }).by === 'P1D' ? 86_400_000 : 3_600_000;
  return { now: iso(world, 0), steps: 3, sent: 3, heldOut: 1, running: [] };
}

function oneMail(world: World, id: string): unknown {
  return {
    ...mails(world).find((row) => row.id === id),
    from: 'Lumen & Loom <hello@lumen-loom.example>',
    headers: { 'Message-ID': '<0193-77@lumen-loom.example>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    text: 'Hello Ada,\n\nyou left these in your cart.\n\nhttp://127.0.0.1:8080/c/abc\n',
    html: mailHtml(),
  };
}

/** Invented answers of the API: long words, big and small numbers, and with `empty` nothing at all. */
export function invent(empty: boolean): (method: string, url: string, body: unknown) => Answer {
  const world: World = { now: Date.UTC(2026, 10, 24, 9, 0), empty };
  return (method, url, body) => {
    const { pathname, searchParams } = new URL(url, 'http://mock');
    const [, door = '', id = '', sub, rest] = pathname.split('/').map(decodeURIComponent);
    const work = id === 'missing' || !Object.hasOwn(doors, door) ? undefined : doors[door];
    if (!work) return { status: 404, value: missing(id || pathname) };
    return work(world, { method, id, sub, rest, search: searchParams, body });
  };
}

const missing = (what: string): Problem => ({
  type: '/docs/error/NOT_FOUND',
  code: 'NOT_FOUND',
  status: 404,
  title: 'That is not here',
  detail: `Nothing is called "${what}".`,
  mend: 'Look at the list and choose one of it.',
});

const names = [
  'Ada Lindqvist',
  'Ørjan Sæther',
  'Maximiliane Freifrau von Hohenzollern-Sigmaringen',
  'Łukasz Wiśniewski',
  '3f9a11c2',
  'Åsa Öberg',
  'Jean-Baptiste Delacroix',
  'Νίκος Παπαδόπουλος',
  'Tom',
  'e07b5512',
  'Wilhelmina Andersdotter',
  'Carlos Núñez',
  'Ines',
  'Bo',
  '88ac01d9',
  'Grete Müller-Lüdenscheidt',
];

function recommend(body: unknown): RecommendationAnswer {
  const { criterion, limit = 4 } = body as { criterion: string; limit?: number };
  const items = Array.from({ length: limit }, (_, index) => ({
    id: `i-${index}`,
    name: itemNames[(index + 3) % itemNames.length]!,
    url: '/shop',
    imageUrl: picture(index + 3),
    price: 49 + index * 20,
    currency: 'EUR',
    category: 'coats',
    source: index === limit - 1 ? ('backup' as const) : ('criteria' as const),
    score: 1 - index / 10,
    rank: index + 1,
    criterion: index === limit - 1 ? 'popular' : criterion,
    reason: index === limit - 1 ? 'Popular in the shop right now' : 'Often bought together with the Nordic winter coat',
    because: [{ key: index === limit - 1 ? null : 'i-0', algorithm: 'bought together', count: 14 - index }],
  }));
  const cart = itemNames.slice(0, 2).map((name, index) => ({
    ...items[0]!,
    id: `i-${index}`,
    name,
    imageUrl: picture(index),
    quantity: index + 1,
    inStock: index === 0,
  }));
  return {
    status: 'partial',
    count: limit,
    filledBy: { criteria: limit - 1, promotion: 0, backup: 1 },
    criterion: { key: criterion, title: criterion },
    key: ['i-0'],
    cart: criterion === 'cart-based' ? cart : [],
    items,
    filtered: [{ rule: 'out of stock', count: 1 }],
    requestId: 'r-1',
    trackingToken: 't-1',
    age: 2,
  };
}
