/**
 * The order in which the pages are read, and the groups they stand in. A page that is in no group comes at the end of
 * the one that its folder belongs to, so that nothing that is written is ever left out.
 */
export const groups = [
  {
    title: 'Begin',
    folder: null,
    pages: [
      'guide/quick-start',
      'guide/connect-a-shop',
      'guide/web-sdk',
      'guide/example-shop',
      'guide/tag-managers',
      'guide/segment',
      'guide/shop-platforms',
      'guide/target',
      'guide/sign-up',
    ],
  },
  { title: 'People', folder: null, pages: ['guide/people', 'guide/import-people', 'guide/audiences'] },
  {
    title: 'Journeys',
    folder: null,
    pages: [
      'guide/journeys',
      'guide/custom-actions',
      'guide/stories',
      'guide/simulate',
      'guide/journeys-in-git',
      'guide/language',
    ],
  },
  {
    title: 'Mails',
    folder: null,
    pages: ['guide/write-a-mail', 'guide/mails', 'guide/transactional-mail', 'guide/hearing-back'],
  },
  {
    title: 'Recommendations',
    folder: 'recommend',
    pages: [
      'guide/recommendations',
      'recommend/criteria',
      'recommend/rules',
      'recommend/feeds',
      'recommend/activities',
      'recommend/designs',
    ],
  },
  { title: 'Measuring', folder: null, pages: ['guide/measure', 'guide/recompute'] },
  {
    title: 'Running it',
    folder: 'guide',
    pages: [
      'guide/operate',
      'guide/log',
      'guide/settings',
      'guide/team',
      'guide/alerts',
      'reliability',
      'scale',
      'measured',
    ],
  },
  {
    title: 'Coming from',
    folder: null,
    pages: [
      'guide/from-klaviyo',
      'guide/from-mautic',
      'guide/from-dittofeed',
      'guide/from-parcelvoy',
      'guide/from-journey-optimizer',
      'recommend/target-admin',
    ],
  },
  { title: 'Errors', folder: 'error', pages: [], folded: true },
  { title: 'Decisions', folder: 'decision', pages: [], folded: true },
  { title: 'The project', folder: null, pages: ['glossary', 'readme', 'architecture', 'contributing', 'changelog'] },
];

/**
 * Puts pages into groups.
 * @param pages with `name`, the address without its ending: `guide/journeys`, `readme`
 */
export function arrange(pages) {
  const left = new Map(pages.map((page) => [page.name, page]));
  const take = (name) => {
    const page = left.get(name);
    left.delete(name);
    return page ? [page] : [];
  };
  const named = groups.map((group) => ({ ...group, pages: group.pages.flatMap(take) }));
  return named.map((group) => {
    const others = [...left.keys()].filter((name) => group.folder !== null && name.startsWith(`${group.folder}/`));
    return { ...group, pages: [...group.pages, ...others.flatMap(take)] };
  });
}
