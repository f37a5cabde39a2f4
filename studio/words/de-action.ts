/** Words about custom actions, in German; de.ts takes them in. */
export const deAction = {
  'action.test': 'Test senden',
  'action.isDraft': 'Der Entwurf sagt etwas anderes als das, was live ist. Veröffentlichen macht ihn live.',
  'action.save': 'Als Entwurf speichern',
  'action.up':
    'Der Dienst antwortet: {count} Aufruf in der letzten Minute, {failed} fehlgeschlagen|Der Dienst antwortet: {count} Aufrufe in der letzten Minute, {failed} fehlgeschlagen',
  'action.down': 'Der Dienst antwortet nicht, seit {time}',
  'action.downSays':
    '{why}. Ein Aufruf versucht es wieder um {time}; {count} Person wartet.|{why}. Ein Aufruf versucht es wieder um {time}; {count} Personen warten.',
  'action.callNow': 'Jetzt wieder aufrufen',
  'action.fault.json': 'Das ist kein JSON',
  'action.event': 'Daten des Ereignisses',
  'action.eventSays': 'JSON. Leer: was der letzte Lauf der Person in dieser Reise gesammelt hatte.',
  'action.fillIn': 'Nur die Anfrage zeigen',
  'action.send': 'Den Dienst aufrufen',
  'action.sendSays': 'Das ist ein echter Aufruf. Kein Lauf, keine Rate und kein Schutzschalter erfährt davon.',
  'action.worked': 'Es hat funktioniert.',
  'action.failed': 'Es ist fehlgeschlagen.',
  'action.notSent': 'Niemand wurde aufgerufen.',
  'action.request': 'Was gesendet wird',
  'action.answer': 'Was zurückkam, nach {ms} ms',
  'action.kept': 'Was der Lauf behält',
  'action.recording': 'Für eine Geschichte',
  'secrets.title': '{count} Geheimnis|{count} Geheimnisse',
  'secrets.says':
    'Geschrieben als {form} in Adresse, Kopfzeilen oder Inhalt. Werte werden versiegelt und nie wieder gezeigt.',
  'secrets.since': 'seit {time}',
  'secrets.name': 'Name',
  'secrets.value': 'Wert',
  'secrets.keep': 'Aufbewahren',
  'secrets.replace': 'Wert ersetzen',
  'secrets.remove': 'Entfernen',
};
