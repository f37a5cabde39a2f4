import type { enVersion } from './en-version.ts';

export const deVersion: Record<keyof typeof enVersion, string> = {
  'versions.title': 'Versionen',
  'versions.live': 'Version {version} läuft',
  'versions.last': 'Version {version} wurde zuletzt veröffentlicht',
  'versions.never': 'Sie wurde noch nie veröffentlicht',
  'versions.inOlder': '{count} Person folgt einer älteren|{count} Personen folgen älteren',
  'versions.empty': 'Noch keine Version',
  'versions.emptySays':
    'Das Veröffentlichen macht die erste. Von da an steht hier jede mit dem, was sie geändert hat, und kann wieder in Kraft gesetzt werden.',
  'versions.published': 'Veröffentlicht',
  'versions.draft': 'Entwurf',
  'versions.draftSays': 'nicht veröffentlicht',
  'versions.inside': '{count} darin|{count} darin',
  'versions.isLast': 'die neueste',
  'versions.changes': 'Was sie an der neuesten ändern würde:',
  'versions.willChange': 'Was sich ändert',
  'versions.same': 'Sie sagt dasselbe wie die neueste.',
  'versions.yes': 'ja',
  'versions.no': 'nein',
  'versions.back': 'Wieder in Kraft setzen',
  'versions.back.title': 'Version {version} wieder in Kraft setzen?',
  'versions.back.says':
    'Ihr Dokument wird Version {next}, und wer eintritt, folgt ihr. Die {count} darin bleiben bei der Version, mit der sie begonnen haben.',
  'versions.back.paused': 'Die Reise bleibt angehalten, bis sie fortgesetzt wird.',
  'versions.back.opens': 'Die Reise wird dadurch wieder geöffnet: Personen treten ein.',
  'versions.back.draft': 'Es gibt einen Entwurf, der nicht veröffentlicht wurde; er wird ersetzt.',
  'versions.move': 'Personen umziehen lassen',
  'versions.move.says':
    'Wer unterwegs ist, folgt der Version, mit der er begonnen hat. Hier wechseln sie zur neuesten: Eine Wartezeit läuft bis zu ihrem Ende weiter, alles andere wird neu betreten.',
  'versions.move.none': 'Niemand folgt einer älteren Version, also muss niemand umziehen.',
  'versions.move.at': '{count} Person, Version {versions}|{count} Personen, Version {versions}',
  'versions.move.where': 'Wohin die bei {activity} gehen',
  'versions.move.choose': 'Aktivität wählen',
  'versions.move.homeless': 'Die neueste Version hat diese Aktivität nicht',
  'versions.move.end': 'Ihr Durchlauf endet',
  'versions.move.sums': '{on} würden weitergehen, {end} würden enden, ohne Platz: {homeless}.',
  'versions.move.notLive': 'Nur eine laufende Reise kann sie übernehmen.',
  'versions.move.do': 'Umziehen lassen',
  'versions.move.title':
    '{count} Person zu Version {version} umziehen lassen?|{count} Personen zu Version {version} umziehen lassen?',
  'versions.move.means':
    '{on} gehen in der neuesten Version weiter, und {end} enden, wo sie sind. Ihre Mails und Aufrufe, die unterwegs sind, werden zurückgerufen und neu begonnen, wo die Zuordnung zu solchen führt. Das lässt sich nicht rückgängig machen.',
};
