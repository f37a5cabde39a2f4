import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { HomePage } from './home/HomePage.tsx';
import type { LedgerSearch } from './ledger/query.ts';
import type { As } from './message/query.ts';
import type { DesignSearch } from './design/DesignPreview.tsx';
import { readSearch } from './recommend/asking.ts';
import { readWhom } from './rule/whom.ts';
import { Shell } from './shell/Shell.tsx';
import { CrashNote, NotFound, PageSkeleton } from './ui/State.tsx';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;

/** What stands in the address of the catalogue. */
export interface CatalogueSearch {
  q?: string | undefined;
  category?: string | undefined;
  stock?: string | undefined;
  sort?: string | undefined;
  /** Rows passed over. */
  skip?: number | undefined;
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({ getParentRoute: () => root, path: '/', component: HomePage });

const journeyList = createRoute({
  getParentRoute: () => root,
  path: '/journeys',
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined } => ({ q: text(search['q']) }),
  component: lazyRouteComponent(() => import('./journey/JourneyList.tsx'), 'JourneyList'),
});

const oneJourney = createRoute({
  getParentRoute: () => root,
  path: '/journeys/$key',
  validateSearch: (search: Record<string, unknown>): { activity?: string | undefined; edit?: true | undefined } => ({
    activity: text(search['activity']),
    edit: search['edit'] === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('./journey/JourneyPage.tsx'), 'JourneyPage'),
});

const journeyReport = createRoute({
  getParentRoute: () => root,
  path: '/journeys/$key/report',
  component: lazyRouteComponent(() => import('./report/JourneyReportPage.tsx'), 'JourneyReportPage'),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  component: lazyRouteComponent(() => import('./report/ReportsPage.tsx'), 'ReportsPage'),
});

const journeyVersions = createRoute({
  getParentRoute: () => root,
  path: '/journeys/$key/versions',
  validateSearch: (search: Record<string, unknown>): { show?: string | undefined } => ({ show: text(search['show']) }),
  component: lazyRouteComponent(() => import('./version/VersionsPage.tsx'), 'VersionsPage'),
});

/** What stands in the address of a journey's simulations. */
export interface SimulateSearch {
  /** Which simulation. */
  run?: string | undefined;
  activity?: string | undefined;
  reason?: string | undefined;
  q?: string | undefined;
  /** Number of the person, and of the mail. */
  who?: number | undefined;
  mail?: number | undefined;
}

const whole = (value: unknown): number | undefined => (Number.isInteger(value) ? (value as number) : undefined);

const simulate = createRoute({
  getParentRoute: () => root,
  path: '/journeys/$key/simulate',
  validateSearch: (search: Record<string, unknown>): SimulateSearch => ({
    run: text(search['run']),
    activity: text(search['activity']),
    reason: text(search['reason']),
    q: text(search['q']),
    who: whole(search['who']),
    mail: whole(search['mail']),
  }),
  component: lazyRouteComponent(() => import('./simulate/SimulatePage.tsx'), 'SimulatePage'),
});

const peopleList = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined; sort?: string | undefined } => ({
    q: text(search['q']),
    sort: text(search['sort']),
  }),
  component: lazyRouteComponent(() => import('./people/PeoplePage.tsx'), 'PeoplePage'),
});

const onePerson = createRoute({
  getParentRoute: () => root,
  path: '/people/$id',
  validateSearch: (search: Record<string, unknown>): { show?: string | undefined } => ({ show: text(search['show']) }),
  component: lazyRouteComponent(() => import('./people/PersonPage.tsx'), 'PersonPage'),
});

const audienceList = createRoute({
  getParentRoute: () => root,
  path: '/audiences',
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined } => ({ q: text(search['q']) }),
  component: lazyRouteComponent(() => import('./audience/AudienceList.tsx'), 'AudienceList'),
});

const oneAudience = createRoute({
  getParentRoute: () => root,
  path: '/audiences/$key',
  validateSearch: (search: Record<string, unknown>): { as?: 'text' | undefined } => ({
    as: search['as'] === 'text' ? 'text' : undefined,
  }),
  component: lazyRouteComponent(() => import('./audience/AudiencePage.tsx'), 'AudiencePage'),
});

const feedList = createRoute({
  getParentRoute: () => root,
  path: '/feeds',
  component: lazyRouteComponent(() => import('./feed/FeedList.tsx'), 'FeedList'),
});

const oneFeed = createRoute({
  getParentRoute: () => root,
  path: '/feeds/$key',
  validateSearch: (search: Record<string, unknown>): { run?: string | undefined } => ({ run: text(search['run']) }),
  component: lazyRouteComponent(() => import('./feed/FeedPage.tsx'), 'FeedPage'),
});

const incoming = createRoute({
  getParentRoute: () => root,
  path: '/incoming',
  validateSearch: (
    search: Record<string, unknown>,
  ): { source?: string | undefined; type?: string | undefined; show?: string | undefined } => ({
    source: text(search['source']),
    type: text(search['type']),
    show: text(search['show']),
  }),
  component: lazyRouteComponent(() => import('./incoming/IncomingPage.tsx'), 'IncomingPage'),
});

const mailList = createRoute({
  getParentRoute: () => root,
  path: '/mailbox',
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined } => ({ q: text(search['q']) }),
  component: lazyRouteComponent(() => import('./mailbox/MailboxPage.tsx'), 'MailboxPage'),
});

const oneMail = createRoute({
  getParentRoute: () => root,
  path: '/mailbox/$id',
  validateSearch: (search: Record<string, unknown>): { q?: string | undefined } => ({ q: text(search['q']) }),
  component: lazyRouteComponent(() => import('./mailbox/MailboxPage.tsx'), 'MailboxPage'),
});

/** What stands in the address of the messages: which part, and of the suppressed who and why. */
export interface MessagesSearch {
  show?: string | undefined;
  q?: string | undefined;
  reason?: string | undefined;
  after?: string | undefined;
}

const messageList = createRoute({
  getParentRoute: () => root,
  path: '/messages',
  validateSearch: (search: Record<string, unknown>): MessagesSearch => ({
    show: text(search['show']),
    q: text(search['q']),
    reason: text(search['reason']),
    after: text(search['after']),
  }),
  component: lazyRouteComponent(() => import('./message/MessagesPage.tsx'), 'MessagesPage'),
});

/** A page of one thing that mails are made of. */
const mailThing = <P extends string>(path: P, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => root, path, component });
const oneSender = mailThing(
  '/senders/$key',
  lazyRouteComponent(() => import('./sender/SenderPage.tsx'), 'SenderPage'),
);
const oneTheme = mailThing(
  '/themes/$key',
  lazyRouteComponent(() => import('./theme/ThemePage.tsx'), 'ThemePage'),
);
const onePool = mailThing(
  '/coupons/$key',
  lazyRouteComponent(() => import('./coupon/CouponPage.tsx'), 'CouponPage'),
);
const oneComponent = mailThing(
  '/components/$key',
  lazyRouteComponent(() => import('./component/ComponentPage.tsx'), 'ComponentPage'),
);

const oneMessage = createRoute({
  getParentRoute: () => root,
  path: '/messages/$key',
  validateSearch: (search: Record<string, unknown>): As => ({
    person: text(search['person']),
    run: text(search['run']),
    golden: text(search['golden']),
    language: text(search['language']),
  }),
  component: lazyRouteComponent(() => import('./message/MessagePage.tsx'), 'MessagePage'),
});

const recommendations = createRoute({
  getParentRoute: () => root,
  path: '/recommendations',
  validateSearch: (
    search: Record<string, unknown>,
  ): {
    q?: string | undefined;
    show?: string | undefined;
    run?: string | undefined;
    target?: string | undefined;
  } => ({
    q: text(search['q']),
    show: text(search['show']),
    run: text(search['run']),
    target: text(search['target']),
  }),
  component: lazyRouteComponent(() => import('./recommend/RecommendPage.tsx'), 'RecommendPage'),
});

const oneCriterion = createRoute({
  getParentRoute: () => root,
  path: '/recommendations/$key',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./recommend/CriterionPage.tsx'), 'CriterionPage'),
});

const oneRule = createRoute({
  getParentRoute: () => root,
  path: '/rules/$kind/$key',
  validateSearch: readWhom,
  component: lazyRouteComponent(() => import('./rule/RulePage.tsx'), 'RulePage'),
});

const oneList = createRoute({
  getParentRoute: () => root,
  path: '/lists/$key',
  component: lazyRouteComponent(() => import('./list/ListPage.tsx'), 'ListPage'),
});

const oneDesign = createRoute({
  getParentRoute: () => root,
  path: '/designs/$key',
  validateSearch: (search: Record<string, unknown>): DesignSearch => ({
    criterion: text(search['criterion']),
    person: text(search['person']),
    item: text(search['item']),
    cart: text(search['cart']),
  }),
  component: lazyRouteComponent(() => import('./design/DesignPage.tsx'), 'DesignPage'),
});

const oneOffer = createRoute({
  getParentRoute: () => root,
  path: '/offers/$key',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./offer/OfferPage.tsx'), 'OfferPage'),
});

const oneActivity = createRoute({
  getParentRoute: () => root,
  path: '/activities/$key',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./place/ActivityPage.tsx'), 'ActivityPage'),
});

const catalogue = createRoute({
  getParentRoute: () => root,
  path: '/catalogue',
  validateSearch: (search: Record<string, unknown>): CatalogueSearch => ({
    q: text(search['q']),
    category: text(search['category']),
    stock: text(search['stock']),
    sort: text(search['sort']),
    skip: Number.isInteger(search['skip']) ? (search['skip'] as number) : undefined,
  }),
  component: lazyRouteComponent(() => import('./item/Catalogue.tsx'), 'Catalogue'),
});

const oneItem = createRoute({
  getParentRoute: () => root,
  path: '/catalogue/$id',
  component: lazyRouteComponent(() => import('./item/ItemPage.tsx'), 'ItemPage'),
});

const ledgerPage = createRoute({
  getParentRoute: () => root,
  path: '/ledger',
  validateSearch: (search: Record<string, unknown>): LedgerSearch => ({
    state: text(search['state']),
    reason: text(search['reason']),
    journey: text(search['journey']),
    class: text(search['class']),
    days: whole(search['days']),
    after: text(search['after']),
  }),
  component: lazyRouteComponent(() => import('./ledger/LedgerPage.tsx'), 'LedgerPage'),
});

const oneLedgerMail = createRoute({
  getParentRoute: () => root,
  path: '/ledger/$id',
  component: lazyRouteComponent(() => import('./ledger/StoryPage.tsx'), 'StoryPage'),
});

const stuckRuns = createRoute({
  getParentRoute: () => root,
  path: '/stuck',
  validateSearch: (search: Record<string, unknown>): { journey?: string | undefined; q?: string | undefined } => ({
    journey: text(search['journey']),
    q: text(search['q']),
  }),
  component: lazyRouteComponent(() => import('./stuck/StuckPage.tsx'), 'StuckPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: (search: Record<string, unknown>): { show?: string | undefined } => ({ show: text(search['show']) }),
  component: lazyRouteComponent(() => import('./settings/SettingsPage.tsx'), 'SettingsPage'),
});

const oneSignUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-ups/$key',
  component: lazyRouteComponent(() => import('./signup/SignUpPage.tsx'), 'SignUpPage'),
});

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('./team/AccountPage.tsx'), 'AccountPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    journeyList,
    oneJourney,
    simulate,
    journeyReport,
    reports,
    journeyVersions,
    stuckRuns,
    ledgerPage,
    oneLedgerMail,
    peopleList,
    onePerson,
    audienceList,
    oneAudience,
    feedList,
    oneFeed,
    incoming,
    mailList,
    oneMail,
    messageList,
    oneMessage,
    oneSender,
    oneTheme,
    oneComponent,
    onePool,
    recommendations,
    oneCriterion,
    oneRule,
    oneList,
    oneDesign,
    oneOffer,
    oneActivity,
    catalogue,
    oneItem,
    settings,
    oneSignUp,
    account,
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: CrashNote,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
