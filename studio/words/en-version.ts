/** What a journey said before. */
export const enVersion = {
  'versions.title': 'Versions',
  'versions.live': 'Version {version} is live',
  'versions.last': 'Version {version} was published last',
  'versions.never': 'It was never published',
  'versions.inOlder': '{count} person goes by an older one|{count} people go by older ones',
  'versions.empty': 'No version yet',
  'versions.emptySays':
    'Publishing makes the first. From then on each stands here with what it changed, and can be made live again.',
  'versions.published': 'Published',
  'versions.draft': 'Draft',
  'versions.draftSays': 'not published',
  'versions.inside': '{count} inside|{count} inside',
  'versions.isLast': 'the newest',
  'versions.changes': 'What it would change of the newest:',
  'versions.willChange': 'What will change',
  'versions.same': 'It says the same as the newest.',
  'versions.yes': 'yes',
  'versions.no': 'no',
  'versions.back': 'Make it live again',
  'versions.back.title': 'Make version {version} live again?',
  'versions.back.says':
    'Its document becomes version {next}, and people who come in go by it. The {count} inside stay on the version they began with.',
  'versions.back.paused': 'The journey stays paused until it is resumed.',
  'versions.back.opens': 'The journey is opened again by it: people come in.',
  'versions.back.draft': 'There is a draft that was not published; it is replaced.',
  'versions.move': 'Bring people over',
  'versions.move.says':
    'Whoever is inside goes by the version they began with. Here they change to the newest: a wait goes on until it would have ended, everything else is come to anew.',
  'versions.move.none': 'Nobody goes by an older version, so nobody has to be brought over.',
  'versions.move.at': '{count} person, version {versions}|{count} people, version {versions}',
  'versions.move.where': 'Where those at {activity} go',
  'versions.move.choose': 'Choose an activity',
  'versions.move.homeless': 'The newest version has no such activity',
  'versions.move.end': 'Their run ends',
  'versions.move.sums': '{on} would go on, {end} would end, without a place: {homeless}.',
  'versions.move.notLive': 'Only a live journey can take them over.',
  'versions.move.do': 'Bring them over',
  'versions.move.title':
    'Bring {count} person over to version {version}?|Bring {count} people over to version {version}?',
  'versions.move.means':
    '{on} go on in the newest version, and {end} end where they are. Their mails and calls on the way are called off and made anew where the map leads to one. This cannot be undone.',
} as const;
