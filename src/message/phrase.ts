/** What Beckon itself says in every mail, in the languages it speaks; a template's own words go before. */

const phrases = {
  en: {
    mirror: 'View in browser',
    unsubscribe: 'Unsubscribe',
    unsubscribeLong: 'Unsubscribe from these mails',
    preferences: 'Choose what you get',
    why: 'Prices and stock are those of today. You get this mail because you asked {{shop.name}} for mail and were on our site lately.',
    total: 'Together',
    code: 'Your code',
    proof:
      'A proof, sent by hand: caps, quiet hours and consent were not asked, and it counts nowhere. Its ways out lead nowhere.',
    sample: 'The code in it is a sample: each recipient gets one of their own.',
    now: 'Price and stock as you open this',
  },
  sv: {
    mirror: 'Visa i webbläsaren',
    unsubscribe: 'Avsluta',
    unsubscribeLong: 'Avsluta dessa utskick',
    preferences: 'Välj vad du får',
    why: 'Priser och lager är dagens. Du får det här mejlet för att du har bett {{shop.name}} om mejl och nyligen besökt oss.',
    total: 'Tillsammans',
    code: 'Din kod',
    proof:
      'Ett provmejl, skickat för hand: tak, tysta timmar och samtycke har inte prövats, och det räknas ingenstans. Dess utvägar leder ingenstans.',
    sample: 'Koden i det är ett prov: varje mottagare får en egen.',
    now: 'Pris och lager när du öppnar mejlet',
  },
  de: {
    mirror: 'Im Browser ansehen',
    unsubscribe: 'Abmelden',
    unsubscribeLong: 'Von diesen Mails abmelden',
    preferences: 'Auswählen, was Sie bekommen',
    why: 'Preise und Bestand sind von heute. Sie erhalten diese Mail, weil Sie {{shop.name}} um Mails gebeten haben und vor Kurzem bei uns waren.',
    total: 'Zusammen',
    code: 'Ihr Code',
    proof:
      'Ein Probeversand von Hand: Obergrenzen, Ruhezeiten und Einwilligung wurden nicht geprüft, und er zählt nirgends. Seine Abmeldelinks führen nirgendwohin.',
    sample: 'Der Code darin ist ein Muster: jeder Empfänger bekommt einen eigenen.',
    now: 'Preis und Bestand beim Öffnen',
  },
};
export type Phrases = (typeof phrases)['en'];

/** The phrases for a language tag; English for those that Beckon does not speak. */
export function phrasesIn(language: string): Phrases {
  const main = language.split(/[-_]/)[0]!.toLowerCase();
  return main === 'sv' || main === 'de' ? phrases[main] : phrases.en;
}
