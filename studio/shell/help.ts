/** Which page of the documentation explains a section of the studio: the first part of an address, or two. */
const pages: Record<string, string> = {
  '': 'guide/quick-start',
  journeys: 'guide/journeys',
  'journeys/report': 'guide/measure',
  'journeys/simulate': 'guide/simulate',
  messages: 'guide/write-a-mail',
  senders: 'guide/mails#several-senders',
  themes: 'guide/write-a-mail',
  components: 'guide/write-a-mail#components',
  coupons: 'guide/write-a-mail#coupons',
  recommendations: 'guide/recommendations',
  rules: 'recommend/rules',
  lists: 'recommend/custom-lists',
  designs: 'recommend/designs',
  offers: 'recommend/activities',
  activities: 'recommend/activities',
  catalogue: 'recommend/items',
  feeds: 'recommend/feeds',
  people: 'guide/people',
  audiences: 'guide/audiences',
  incoming: 'guide/connect-a-shop',
  reports: 'guide/measure',
  ledger: 'guide/mails',
  stuck: 'guide/journeys',
  mailbox: 'guide/mails',
  settings: 'guide/settings',
  'sign-ups': 'guide/sign-up',
  account: 'guide/team',
};

/** Every page that is led to, for the test that holds them. */
export const helpPages: readonly string[] = Object.values(pages);

/** The address of the page that explains what stands at `path`. */
export function helpFor(path: string): string {
  const [, section = '', , part = ''] = path.split('/');
  const [page, place] = (pages[`${section}/${part}`] ?? pages[section] ?? pages['']!).split('#');
  return `/docs/${page}.html${place ? `#${place}` : ''}`;
}
