import type { ChoiceLanguage } from './choice-text.ts';

/** Words of the pages behind the links in mails: leaving a list, a mail in the browser, a link that leads nowhere. */
export interface LeaveWords {
  title: string;
  /** `{shop}` and `{address}`. */
  text: string;
  thisAddress: string;
  button: string;
  /** Where a shop sends as several brands. */
  everything: string;
  choose: string;
  doneTitle: string;
  done: string;
  doneEverything: string;
  lostTitle: string;
  lost: string;
  nowhereTitle: string;
  nowhere: string;
  goneTitle: string;
  gone: string;
}

const en: LeaveWords = {
  title: 'No more of these mails?',
  text: '{shop} will send no more of them to {address}. Mails about your orders still come.',
  thisAddress: 'this address',
  button: 'Unsubscribe',
  everything: 'Unsubscribe from all we send, under any name',
  choose: 'Choose what you get',
  doneTitle: 'You are unsubscribed',
  done: 'No more of these mails come to this address, those already planned included.',
  doneEverything:
    'No more mails of this kind come to this address under any of our names, those already planned included.',
  lostTitle: 'Nothing was changed',
  lost: 'The form came back without its field. Open the link in the mail again and press the button.',
  nowhereTitle: 'This link leads nowhere',
  nowhere: 'The link is not one of ours, or its letters were changed on the way. Nothing was opened.',
  goneTitle: 'This mail is gone',
  gone: 'This mail cannot be shown any more.',
};

const sv: LeaveWords = {
  title: 'Inga fler av de här breven?',
  text: '{shop} skickar inga fler av dem till {address}. Brev om dina beställningar kommer ändå.',
  thisAddress: 'den här adressen',
  button: 'Avsluta',
  everything: 'Avsluta allt vi skickar, under alla våra namn',
  choose: 'Välj vad du får',
  doneTitle: 'Du är avanmäld',
  done: 'Inga fler av de här breven kommer till den här adressen, inte heller de som redan var planerade.',
  doneEverything:
    'Inga fler sådana brev kommer till den här adressen under något av våra namn, inte heller de som redan var planerade.',
  lostTitle: 'Inget har ändrats',
  lost: 'Formuläret kom tillbaka utan sitt fält. Öppna länken i brevet igen och tryck på knappen.',
  nowhereTitle: 'Länken leder ingenstans',
  nowhere: 'Länken är inte en av våra, eller så ändrades den på vägen. Inget har öppnats.',
  goneTitle: 'Brevet finns inte kvar',
  gone: 'Det här brevet kan inte visas längre.',
};

const de: LeaveWords = {
  title: 'Keine dieser E-Mails mehr?',
  text: '{shop} sendet keine weiteren davon an {address}. E-Mails zu Ihren Bestellungen kommen weiterhin.',
  thisAddress: 'diese Adresse',
  button: 'Abmelden',
  everything: 'Von allem abmelden, was wir unter irgendeinem Namen senden',
  choose: 'Auswählen, was Sie bekommen',
  doneTitle: 'Sie sind abgemeldet',
  done: 'Keine dieser E-Mails kommt mehr an diese Adresse, auch keine schon geplante.',
  doneEverything: 'Unter keinem unserer Namen kommen noch solche E-Mails an diese Adresse, auch keine schon geplanten.',
  lostTitle: 'Es wurde nichts geändert',
  lost: 'Das Formular kam ohne sein Feld zurück. Öffnen Sie den Link in der E-Mail noch einmal und drücken Sie den Knopf.',
  nowhereTitle: 'Dieser Link führt nirgendwohin',
  nowhere: 'Der Link ist keiner von uns, oder seine Zeichen wurden unterwegs geändert. Es wurde nichts geöffnet.',
  goneTitle: 'Diese E-Mail gibt es nicht mehr',
  gone: 'Diese E-Mail kann nicht mehr gezeigt werden.',
};

const words: Record<ChoiceLanguage, LeaveWords> = { en, sv, de };

export function leaveWords(language: ChoiceLanguage): LeaveWords {
  return words[language];
}
