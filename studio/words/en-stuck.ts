/** Runs that need a hand. */
export const enStuck = {
  'nav.stuck': 'Needs a hand',
  'stuck.none': 'No run needs a hand',
  'stuck.answer': '{count} run needs a hand|{count} runs need a hand',
  'stuck.longest': 'the first since {time}',
  'stuck.note':
    'Calls that fail, waits that are over, mails of which nothing was heard. What a pause holds is not stuck.',
  'stuck.empty': 'Everybody goes on',
  'stuck.emptySays':
    'A run stands here when its call was tried in vain, when its wait was over five minutes ago, or when nothing was heard of its mail for two days.',
  'stuck.allJourneys': 'All journeys',
  'stuck.filter': 'Filter by person, place or reason',
  'stuck.noneMatch': 'No run is like “{query}”.',
  'stuck.left': '{count} more is not shown.|{count} more are not shown.',
  'stuck.why': 'Why',
  'stuck.where': 'Where',
  'stuck.since': 'Since',
  'stuck.chooseAll': 'Choose all {count}',
  'stuck.chooseOne': 'Choose {name}',
  'stuck.choose': 'Choose some of them.',
  'stuck.chosen': '{count} chosen|{count} chosen',
  'stuck.retry': 'Try again',
  'stuck.skip': 'Skip it',
  'stuck.exit': 'Take out',
  'stuck.skip.title': 'Skip it for {count} person?|Skip it for {count} people?',
  'stuck.skip.says':
    'Each goes on with what comes after the place where they stand. A mail on its way is called off, and what was skipped is not done later. This cannot be undone.',
  'stuck.exit.title': 'Take {count} person out of the journey?|Take {count} people out of the journey?',
  'stuck.exit.says':
    'Their runs end where they are, and mails on their way are called off. Whether they may enter again is for the settings of the journey to say. This cannot be undone.',
  'stuck.done.retry':
    '{count} run is tried again; it comes back here if it fails.|{count} runs are tried again; they come back here if they fail.',
  'stuck.done.skip': '{count} run goes on behind it.|{count} runs go on behind it.',
  'stuck.done.exit': '{count} run has ended.|{count} runs have ended.',
  'stuck.goneOn': '{count} had gone on by then.|{count} had gone on by then.',
  'stuck.inJourney': '{count} needs a hand|{count} need a hand',
} as const;
