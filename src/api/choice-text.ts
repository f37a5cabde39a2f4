/** Words of the page on which people choose which mails they get. */
export type ChoiceLanguage = 'en' | 'sv' | 'de';

export interface ChoiceWords {
  title: string;
  intro: string;
  topics: string;
  pace: string;
  paces: { any: string; day: string; week: string; month: string };
  pause: string;
  pauses: { none: string; days: string; until: string };
  language: string;
  save: string;
  saved: string;
  orders: string;
  endTitle: string;
  endText: string;
  endButton: string;
  /** With `{shop}`: the list of one of several brands. */
  leaveButton: string;
  outTitle: string;
  outText: string;
  backButton: string;
  backWording: string;
  backDone: string;
  endedText: string;
  endedDone: string;
  change: string;
  unknownTitle: string;
  unknownText: string;
}

const en: ChoiceWords = {
  title: 'Which mails would you like?',
  intro: 'Mails from {shop} to {address}.',
  topics: 'What about',
  pace: 'How often',
  paces: {
    any: 'Whenever there is something',
    day: 'At most one a day',
    week: 'At most one a week',
    month: 'At most one a month',
  },
  pause: 'Take a break',
  pauses: { none: 'No break', days: '{days} days', until: 'Go on with the break until {date}' },
  language: 'Language',
  save: 'Save',
  saved: 'Saved. It holds from the next mail on.',
  orders: 'Mails about your orders always come.',
  endTitle: 'Nothing more, please',
  endText: 'No more of these mails, of no kind.',
  endButton: 'Unsubscribe from all',
  leaveButton: 'Unsubscribe from {shop}',
  outTitle: 'You get none of these mails',
  outText: '{shop} sends no such mails to {address}. If you would like them again, one press is enough.',
  backButton: 'Yes, send me mails again',
  backWording: 'Yes, {shop} may send me mail about its products again. I can stop it at any time with one click.',
  backDone: 'Welcome back. You can choose below what comes.',
  endedText: '{shop} sends no such mails to {address} any more.',
  endedDone: 'You are unsubscribed. None of these mails come any more, those already planned included.',
  change: 'Choose what you get',
  unknownTitle: 'This link is not recognised',
  unknownText:
    'It is not one of ours, or its letters were changed on the way. Nothing was changed. Answer the mail and ask to be taken off; that always works.',
};

const sv: ChoiceWords = {
  title: 'Vilka brev vill du ha?',
  intro: 'Brev från {shop} till {address}.',
  topics: 'Om vad',
  pace: 'Hur ofta',
  paces: {
    any: 'När det finns något',
    day: 'Högst ett om dagen',
    week: 'Högst ett i veckan',
    month: 'Högst ett i månaden',
  },
  pause: 'Ta en paus',
  pauses: { none: 'Ingen paus', days: '{days} dagar', until: 'Fortsätt pausen till {date}' },
  language: 'Språk',
  save: 'Spara',
  saved: 'Sparat. Det gäller från och med nästa brev.',
  orders: 'Brev om dina beställningar kommer alltid.',
  endTitle: 'Inget mer, tack',
  endText: 'Inga fler av de här breven, av något slag.',
  endButton: 'Avsluta allt',
  leaveButton: 'Avsluta breven från {shop}',
  outTitle: 'Du får inga av de här breven',
  outText: '{shop} skickar inga sådana brev till {address}. Vill du ha dem igen räcker ett tryck.',
  backButton: 'Ja, skicka mig brev igen',
  backWording: 'Ja, {shop} får skicka mig e-post om sina varor igen. Jag kan när som helst sluta med ett klick.',
  backDone: 'Välkommen tillbaka. Nedan väljer du vad som kommer.',
  endedText: '{shop} skickar inga sådana brev till {address} längre.',
  endedDone: 'Du är avanmäld. Inga av de här breven kommer längre, inte heller de som redan var planerade.',
  change: 'Välj vad du får',
  unknownTitle: 'Länken känns inte igen',
  unknownText:
    'Den är inte en av våra, eller så ändrades den på vägen. Inget har ändrats. Svara på brevet och be att få slippa fler; det fungerar alltid.',
};

const de: ChoiceWords = {
  title: 'Welche E-Mails möchten Sie?',
  intro: 'E-Mails von {shop} an {address}.',
  topics: 'Worüber',
  pace: 'Wie oft',
  paces: {
    any: 'Wenn es etwas gibt',
    day: 'Höchstens eine am Tag',
    week: 'Höchstens eine in der Woche',
    month: 'Höchstens eine im Monat',
  },
  pause: 'Pause machen',
  pauses: { none: 'Keine Pause', days: '{days} Tage', until: 'Pause fortsetzen bis {date}' },
  language: 'Sprache',
  save: 'Speichern',
  saved: 'Gespeichert. Es gilt ab der nächsten E-Mail.',
  orders: 'E-Mails zu Ihren Bestellungen kommen immer.',
  endTitle: 'Nichts mehr, bitte',
  endText: 'Keine dieser E-Mails mehr, welcher Art auch immer.',
  endButton: 'Von allem abmelden',
  leaveButton: 'Von {shop} abmelden',
  outTitle: 'Sie bekommen keine dieser E-Mails',
  outText: '{shop} sendet keine solchen E-Mails an {address}. Möchten Sie sie wieder, genügt ein Druck.',
  backButton: 'Ja, senden Sie mir wieder E-Mails',
  backWording:
    'Ja, {shop} darf mir wieder E-Mails zu seinen Produkten senden. Ich kann das jederzeit mit einem Klick beenden.',
  backDone: 'Willkommen zurück. Unten wählen Sie, was kommt.',
  endedText: '{shop} sendet keine solchen E-Mails mehr an {address}.',
  endedDone: 'Sie sind abgemeldet. Keine dieser E-Mails kommt mehr, auch keine schon geplante.',
  change: 'Auswählen, was Sie bekommen',
  unknownTitle: 'Dieser Link ist nicht bekannt',
  unknownText:
    'Er ist keiner von uns, oder seine Zeichen wurden unterwegs geändert. Es wurde nichts geändert. Antworten Sie auf die E-Mail und bitten Sie um Abmeldung; das geht immer.',
};

const words: Record<ChoiceLanguage, ChoiceWords> = { en, sv, de };
export const languageNames: Record<ChoiceLanguage, string> = { en: 'English', sv: 'Svenska', de: 'Deutsch' };

export function choiceWords(language: ChoiceLanguage): ChoiceWords {
  return words[language];
}

/** The first language asked for that there are words in; `sv-FI, en;q=0.5` as browsers ask too. */
export function choiceLanguage(...asked: (string | null | undefined)[]): ChoiceLanguage {
  for (const text of asked) {
    for (const part of (text ?? '').split(',')) {
      const name = part.trim().slice(0, 2).toLowerCase();
      if (name === 'en' || name === 'sv' || name === 'de') return name;
    }
  }
  return 'en';
}
