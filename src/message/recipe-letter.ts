type ByLanguage = Record<'en' | 'sv' | 'de', string>;

/** What a letter with items says; `[item]` in the subject is the first item's name. */
export interface Letter {
  key: string;
  name: string;
  subject: ByLanguage;
  preheader: ByLanguage;
  heading: ByLanguage;
  sentence: ByLanguage;
  button: ByLanguage;
  /** Which list of the answer is shown. */
  list?: 'items' | 'cart';
}

export const letters: readonly Letter[] = [
  {
    key: 'viewed-not-bought',
    name: 'Viewed, not bought',
    subject: {
      en: 'Still thinking about [item]?',
      sv: 'Funderar du fortfarande på [item]?',
      de: 'Denken Sie noch an [item]?',
    },
    preheader: {
      en: 'What you looked at last is here, with today’s prices.',
      sv: 'Det du tittade på senast finns här, med dagens priser.',
      de: 'Was Sie zuletzt angesehen haben, zu den Preisen von heute.',
    },
    heading: { en: 'Still looking?', sv: 'Letar du fortfarande?', de: 'Suchen Sie noch?' },
    sentence: {
      en: 'These are what you looked at last, so you need not search for them again.',
      sv: 'Det här tittade du på senast, så att du slipper leta igen.',
      de: 'Das haben Sie zuletzt angesehen, so brauchen Sie nicht noch einmal zu suchen.',
    },
    button: { en: 'Look again', sv: 'Titta igen', de: 'Noch einmal ansehen' },
  },
  {
    key: 'only-wandered',
    name: 'Only wandered',
    subject: {
      en: 'A few things from {{shop.name}}',
      sv: 'Några saker från {{shop.name}}',
      de: 'Ein paar Dinge von {{shop.name}}',
    },
    preheader: {
      en: 'Picked for you from what is in stock today at our shop.',
      sv: 'Utvalt åt dig bland det som finns i lager hos oss i dag.',
      de: 'Für Sie ausgesucht aus dem, was heute bei uns vorrätig ist.',
    },
    heading: { en: 'Good to have had you here', sv: 'Kul att du tittade in', de: 'Schön, dass Sie da waren' },
    sentence: {
      en: 'A few things you may like to see when you come by again.',
      sv: 'Några saker du kanske vill se när du kommer förbi igen.',
      de: 'Ein paar Dinge, die Sie vielleicht sehen möchten, wenn Sie wieder vorbeikommen.',
    },
    button: { en: 'Visit the shop', sv: 'Till butiken', de: 'Zum Shop' },
  },
  {
    key: 'welcome',
    name: 'Welcome',
    subject: { en: 'Welcome to {{shop.name}}', sv: 'Välkommen till {{shop.name}}', de: 'Willkommen bei {{shop.name}}' },
    preheader: {
      en: 'Good that you are here. This is what others like most at the moment.',
      sv: 'Bra att du är här. Det här gillar andra mest just nu.',
      de: 'Schön, dass Sie da sind. Das mögen andere im Moment am meisten.',
    },
    heading: { en: 'Good that you are here', sv: 'Bra att du är här', de: 'Schön, dass Sie da sind' },
    sentence: {
      en: 'We write when there is something worth your time. To begin with, this is what others like most at the moment.',
      sv: 'Vi skriver när det finns något som är värt din tid. Till att börja med: det här gillar andra mest just nu.',
      de: 'Wir schreiben, wenn es sich für Sie lohnt. Für den Anfang: das mögen andere im Moment am meisten.',
    },
    button: { en: 'Look around', sv: 'Se dig omkring', de: 'Umsehen' },
  },
  {
    key: 'win-back',
    name: 'Win back',
    subject: {
      en: 'It has been a while: a few things we think you will like',
      sv: 'Det var ett tag sedan: några saker vi tror att du gillar',
      de: 'Es ist eine Weile her: ein paar Dinge, die Ihnen gefallen könnten',
    },
    preheader: {
      en: 'Chosen by what you looked at and bought, from what is in stock today.',
      sv: 'Valt efter det du tittat på och köpt, bland det som finns i lager i dag.',
      de: 'Ausgewählt nach dem, was Sie angesehen und gekauft haben, heute vorrätig.',
    },
    heading: { en: 'It has been a while', sv: 'Det var ett tag sedan', de: 'Es ist eine Weile her' },
    sentence: {
      en: 'These we chose by what you liked before, from what is in stock today.',
      sv: 'Det här har vi valt efter vad du gillat tidigare, bland det som finns i lager i dag.',
      de: 'Das haben wir nach dem ausgewählt, was Ihnen früher gefiel und heute vorrätig ist.',
    },
    button: { en: 'See what is new', sv: 'Se vad som är nytt', de: 'Neues ansehen' },
  },
  {
    key: 'price-drop',
    name: 'Price drop',
    list: 'cart',
    subject: { en: '[item] costs less now', sv: '[item] kostar mindre nu', de: '[item] kostet jetzt weniger' },
    preheader: {
      en: 'What you looked at has become cheaper. These are today’s prices.',
      sv: 'Det du tittade på har blivit billigare. Det här är dagens priser.',
      de: 'Was Sie angesehen haben, ist günstiger geworden. Das sind die Preise von heute.',
    },
    heading: { en: 'This costs less now', sv: 'Det här kostar mindre nu', de: 'Das kostet jetzt weniger' },
    sentence: {
      en: 'You looked at it, and its price has gone down since.',
      sv: 'Du tittade på det, och sedan dess har priset gått ner.',
      de: 'Sie haben es angesehen, und seitdem ist der Preis gesunken.',
    },
    button: { en: 'Have a look', sv: 'Ta en titt', de: 'Ansehen' },
  },
  {
    key: 'back-in-stock',
    name: 'Back in stock',
    list: 'cart',
    subject: { en: '[item] is back', sv: '[item] är tillbaka', de: '[item] ist wieder da' },
    preheader: {
      en: 'What you looked at was sold out, and can be had again.',
      sv: 'Det du tittade på var slutsålt och går att få igen.',
      de: 'Was Sie angesehen haben, war ausverkauft und ist wieder zu haben.',
    },
    heading: { en: 'This is back', sv: 'Det här är tillbaka', de: 'Das ist wieder da' },
    sentence: {
      en: 'You looked at it, it was sold out, and now it can be had again.',
      sv: 'Du tittade på det, det var slutsålt, och nu går det att få igen.',
      de: 'Sie haben es angesehen, es war ausverkauft, und jetzt ist es wieder zu haben.',
    },
    button: { en: 'Have a look', sv: 'Ta en titt', de: 'Ansehen' },
  },
  {
    key: 'goes-with-it',
    name: 'Goes with it',
    subject: {
      en: 'What goes with what you bought',
      sv: 'Det som passar till det du köpt',
      de: 'Was zu Ihrem Einkauf passt',
    },
    preheader: {
      en: 'Others who bought the same chose these with it. All of them are in stock.',
      sv: 'Andra som köpte samma sak valde det här till. Allt finns i lager.',
      de: 'Andere, die dasselbe kauften, wählten das dazu. Alles ist vorrätig.',
    },
    heading: { en: 'We hope you like it', sv: 'Vi hoppas att du gillar det', de: 'Wir hoffen, es gefällt Ihnen' },
    sentence: {
      en: 'Others who bought the same chose these with it.',
      sv: 'Andra som köpte samma sak valde det här till.',
      de: 'Andere, die dasselbe kauften, wählten das dazu.',
    },
    button: { en: 'See more', sv: 'Se mer', de: 'Mehr ansehen' },
  },
  {
    key: 'replenish',
    name: 'Replenish',
    subject: { en: 'Time for more?', sv: 'Dags för mer?', de: 'Zeit für Nachschub?' },
    preheader: {
      en: 'What you buy again and again, in stock and at today’s prices.',
      sv: 'Det du köper om och om igen, i lager och till dagens priser.',
      de: 'Was Sie immer wieder kaufen, vorrätig und zu den Preisen von heute.',
    },
    heading: { en: 'Is it time for more?', sv: 'Är det dags för mer?', de: 'Brauchen Sie Nachschub?' },
    sentence: {
      en: 'It was about now that you came for these the last time.',
      sv: 'Det var ungefär nu du kom för det här senast.',
      de: 'Etwa um diese Zeit haben Sie das zuletzt bestellt.',
    },
    button: { en: 'Order again', sv: 'Beställ igen', de: 'Wieder bestellen' },
  },
];
