import type { FormLanguage, FormTexts } from './contract-form.ts';

/** All words of a form, in one language. */
export type FormWords = Required<FormTexts>;

const en: FormWords = {
  heading: 'Letters from {shop}',
  intro: 'New things and what may interest you, now and then.',
  email: 'E-mail',
  firstName: 'First name (you may leave it out)',
  consent: 'Yes, {shop} may send me mail about its products. I can stop it at any time with one click.',
  button: 'Sign up',
  sent: 'Nearly done. If this address can get mail from {shop}, a mail is on its way to {address}. Press the button in it within {days} days.',
  mailSubject: 'Please confirm your address for {shop}',
  mailHeading: 'Is this your address?',
  mailBody: 'Somebody, we hope you, asked {shop} to send letters to this address. Press the button and we will.',
  mailButton: 'Yes, send me letters',
  mailIgnore: 'If it was not you, do nothing: no letters will come. The button works for {days} days.',
  askHeading: 'Shall {shop} write to you?',
  askBody: 'You asked for letters to {address}. One press, and it holds.',
  askButton: 'Yes, send me letters',
  doneHeading: 'Thank you, it holds',
  doneBody: '{shop} will write to {address}. Each letter has a link that ends it.',
  lateHeading: 'This link has expired',
  lateBody: 'It was good for {days} days. Nothing was changed; sign up again and a new mail will come.',
};

const sv: FormWords = {
  heading: 'Brev från {shop}',
  intro: 'Nyheter och sådant som kan intressera dig, då och då.',
  email: 'E-post',
  firstName: 'Förnamn (frivilligt)',
  consent: 'Ja, {shop} får skicka mig e-post om sina varor. Jag kan när som helst sluta med ett klick.',
  button: 'Anmäl mig',
  sent: 'Nästan klart. Om adressen kan få post från {shop} är ett brev på väg till {address}. Tryck på knappen i det inom {days} dagar.',
  mailSubject: 'Bekräfta din adress hos {shop}',
  mailHeading: 'Är det här din adress?',
  mailBody: 'Någon, vi hoppas du, bad {shop} skicka brev till den här adressen. Tryck på knappen så gör vi det.',
  mailButton: 'Ja, skicka mig brev',
  mailIgnore: 'Om det inte var du behöver du inte göra något: inga brev kommer. Knappen fungerar i {days} dagar.',
  askHeading: 'Får {shop} skriva till dig?',
  askBody: 'Du bad om brev till {address}. Ett tryck, och det gäller.',
  askButton: 'Ja, skicka mig brev',
  doneHeading: 'Tack, nu gäller det',
  doneBody: '{shop} skriver till {address}. Varje brev har en länk som avslutar det.',
  lateHeading: 'Länken gäller inte längre',
  lateBody: 'Den gällde i {days} dagar. Inget har ändrats; anmäl dig igen så kommer ett nytt brev.',
};

const de: FormWords = {
  heading: 'Post von {shop}',
  intro: 'Neues und was Ihnen gefallen könnte, ab und zu.',
  email: 'E-Mail',
  firstName: 'Vorname (freiwillig)',
  consent: 'Ja, {shop} darf mir E-Mails zu seinen Produkten senden. Ich kann das jederzeit mit einem Klick beenden.',
  button: 'Anmelden',
  sent: 'Fast fertig. Wenn diese Adresse Post von {shop} bekommen kann, ist eine E-Mail an {address} unterwegs. Drücken Sie darin innerhalb von {days} Tagen auf den Knopf.',
  mailSubject: 'Bitte bestätigen Sie Ihre Adresse bei {shop}',
  mailHeading: 'Ist das Ihre Adresse?',
  mailBody:
    'Jemand, wir hoffen Sie, hat {shop} um Post an diese Adresse gebeten. Ein Druck auf den Knopf, und sie kommt.',
  mailButton: 'Ja, senden Sie mir Post',
  mailIgnore: 'Wenn Sie es nicht waren, tun Sie nichts: Es kommt keine Post. Der Knopf gilt {days} Tage.',
  askHeading: 'Darf {shop} Ihnen schreiben?',
  askBody: 'Sie haben um Post an {address} gebeten. Ein Druck, und es gilt.',
  askButton: 'Ja, senden Sie mir Post',
  doneHeading: 'Danke, es gilt',
  doneBody: '{shop} schreibt an {address}. Jede E-Mail enthält einen Link, der das beendet.',
  lateHeading: 'Dieser Link ist abgelaufen',
  lateBody:
    'Er galt {days} Tage. Es wurde nichts geändert; melden Sie sich noch einmal an, dann kommt eine neue E-Mail.',
};

const usual: Record<FormLanguage, FormWords> = { en, sv, de };

/** What a page says when something of the form is amiss; not the form's own to change. */
export const faultWords: Record<FormLanguage, { email: string; consent: string; later: string; back: string }> = {
  en: {
    email: 'That is not an e-mail address. Write it as name@example.com.',
    consent: 'Tick the box to sign up; without it no mail may be sent.',
    later: 'Too many sign-ups from here just now. Try again in a few minutes; nothing was kept.',
    back: 'Back to {shop}',
  },
  sv: {
    email: 'Det är ingen e-postadress. Skriv den som namn@example.com.',
    consent: 'Kryssa i rutan för att anmäla dig; utan den får ingen post skickas.',
    later: 'För många anmälningar härifrån just nu. Försök igen om några minuter; inget har sparats.',
    back: 'Tillbaka till {shop}',
  },
  de: {
    email: 'Das ist keine E-Mail-Adresse. Schreiben Sie sie wie name@example.com.',
    consent: 'Kreuzen Sie das Feld an, um sich anzumelden; ohne darf keine Post gesendet werden.',
    later: 'Gerade zu viele Anmeldungen von hier. Versuchen Sie es in ein paar Minuten; es wurde nichts gespeichert.',
    back: 'Zurück zu {shop}',
  },
};

/** Beckon's words with the form's own over them. */
export function wordsOf(
  texts: Partial<Record<FormLanguage, FormTexts>>,
  language: FormLanguage,
  filled: Record<string, string>,
): FormWords {
  const all = { ...usual[language], ...texts[language] };
  return Object.fromEntries(
    Object.entries(all).map(([name, text]) => [name, fill(text, filled)]),
  ) as unknown as FormWords;
}

/** `{shop}` → its value; what has none stays as it stands. One pass, so a value is never read as a text again. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{([a-z]+)\}/gi, (all, name: string) => (Object.hasOwn(values, name) ? values[name]! : all));
}

/** The first language of the list that there are words in: what the form says, what the browser says, the form's own. */
export function languageOf(wishes: readonly (string | undefined)[], usually: FormLanguage): FormLanguage {
  for (const wish of wishes) {
    for (const part of (wish ?? '').split(',')) {
      const code = part.trim().slice(0, 2).toLowerCase();
      if (Object.hasOwn(usual, code)) return code as FormLanguage;
    }
  }
  return usually;
}
