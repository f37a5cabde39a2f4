import type { enStuck } from './en-stuck.ts';

export const deStuck: Record<keyof typeof enStuck, string> = {
  'nav.stuck': 'Braucht Hilfe',
  'stuck.none': 'Kein Durchlauf braucht Hilfe',
  'stuck.answer': '{count} Durchlauf braucht Hilfe|{count} Durchläufe brauchen Hilfe',
  'stuck.longest': 'der erste seit {time}',
  'stuck.note':
    'Aufrufe, die scheitern, abgelaufene Wartezeiten, Mails, von denen nichts zu hören war. Was eine Pause anhält, hängt nicht fest.',
  'stuck.empty': 'Alle gehen weiter',
  'stuck.emptySays':
    'Ein Durchlauf steht hier, wenn sein Aufruf vergeblich versucht wurde, wenn seine Wartezeit seit fünf Minuten um ist oder wenn zwei Tage lang nichts von seiner Mail zu hören war.',
  'stuck.allJourneys': 'Alle Reisen',
  'stuck.filter': 'Nach Person, Stelle oder Grund filtern',
  'stuck.noneMatch': 'Kein Durchlauf passt zu „{query}“.',
  'stuck.left': '{count} weiterer wird nicht gezeigt.|{count} weitere werden nicht gezeigt.',
  'stuck.why': 'Warum',
  'stuck.where': 'Wo',
  'stuck.since': 'Seit',
  'stuck.chooseAll': 'Alle {count} auswählen',
  'stuck.chooseOne': '{name} auswählen',
  'stuck.choose': 'Wählen Sie einige davon aus.',
  'stuck.chosen': '{count} ausgewählt|{count} ausgewählt',
  'stuck.retry': 'Erneut versuchen',
  'stuck.skip': 'Überspringen',
  'stuck.exit': 'Herausnehmen',
  'stuck.skip.title': 'Für {count} Person überspringen?|Für {count} Personen überspringen?',
  'stuck.skip.says':
    'Jeder Durchlauf geht mit dem weiter, was auf seine Stelle folgt. Eine Mail, die unterwegs ist, wird zurückgerufen, und das Übersprungene wird nicht nachgeholt. Das lässt sich nicht rückgängig machen.',
  'stuck.exit.title': '{count} Person aus der Reise nehmen?|{count} Personen aus der Reise nehmen?',
  'stuck.exit.says':
    'Ihre Durchläufe enden, wo sie sind, und Mails, die unterwegs sind, werden zurückgerufen. Ob sie wieder eintreten dürfen, sagen die Einstellungen der Reise. Das lässt sich nicht rückgängig machen.',
  'stuck.done.retry':
    '{count} Durchlauf wird erneut versucht; scheitert er, kommt er hierher zurück.|{count} Durchläufe werden erneut versucht; scheitern sie, kommen sie hierher zurück.',
  'stuck.done.skip': '{count} Durchlauf geht dahinter weiter.|{count} Durchläufe gehen dahinter weiter.',
  'stuck.done.exit': '{count} Durchlauf ist beendet.|{count} Durchläufe sind beendet.',
  'stuck.goneOn': '{count} war inzwischen weitergegangen.|{count} waren inzwischen weitergegangen.',
  'stuck.inJourney': '{count} braucht Hilfe|{count} brauchen Hilfe',
};
