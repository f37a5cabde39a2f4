/** What the journal says. The slugs are the same in every language, and so are the addresses. */
export interface Post {
  slug: string;
  title: string;
  lead: string;
  picture: string;
  paragraphs: string[];
}

export const postsEn: Post[] = [
  {
    slug: 'caring-for-wool',
    title: 'How to care for wool',
    lead: 'Air does most of the work. Water only helps now and then.',
    picture: 'knit-6',
    paragraphs: [
      'Wool cleans itself better than we think. A night by an open window takes out most of what a day puts in. Hang a coat on a broad hanger and leave a hand of air on either side.',
      'When it must be washed, use lukewarm water and a spoon of wool soap, and press rather than rub. Roll the jumper in a towel, tread on the roll, and dry it flat, away from heat.',
      'Small balls of fibre are no fault: short hairs find each other where sleeves rub. Take them off with a comb twice in the first winter. After that they hardly return.',
      'Moths like what is dirty and dark. Put things away clean, in cotton bags, with a piece of cedar. Look at them once in June.',
    ],
  },
  {
    slug: 'light-in-november',
    title: 'Light in November',
    lead: 'Three small lamps make a room warmer than one strong one.',
    picture: 'lamp-11',
    paragraphs: [
      'When the day ends at three, the lamp in the ceiling makes a kitchen look like a waiting room. Turn it off and put light where hands are: on the table, by the stove, next to the chair.',
      'Keep bulbs warm, at 2,700 kelvin or lower, and let no bulb be seen from where you sit. A shade that closes at the top keeps the light low, and the ceiling dark, which is what makes evenings calm.',
      'Three sources are enough for most rooms: one to read by, one to eat by, and one that only glows. The last is the one guests notice.',
    ],
  },
  {
    slug: 'choosing-a-strap',
    title: 'Choosing a watch strap',
    lead: 'The same watch becomes another with a strap for the price of a lunch.',
    picture: 'watch-5',
    paragraphs: [
      'Leather is quiet and takes on the shape of the wrist, but it minds rain. Woven straps mind nothing, dry in an hour, and can be changed without a tool.',
      'A steel band makes a watch heavier and a size larger. If it slides over the bone, take out a link; a watch should move with the hand, not after it.',
      'Measure between the lugs before ordering. Most of our watches take eighteen or twenty millimetres, and it is engraved on the back.',
    ],
  },
];

export const postsSv: Post[] = [
  {
    slug: 'caring-for-wool',
    title: 'Så sköter du ull',
    lead: 'Luften gör det mesta. Vatten hjälper bara ibland.',
    picture: 'knit-6',
    paragraphs: [
      'Ull rengör sig själv bättre än vi tror. En natt vid ett öppet fönster tar ut det mesta av vad en dag sätter dit. Häng kappan på en bred galge med en handsbredd luft på båda sidor.',
      'När den måste tvättas: ljummet vatten, en sked ulltvätt, och tryck hellre än att gnugga. Rulla tröjan i en handduk, trampa på rullen och torka den plant, långt från värme.',
      'Noppor är inget fel: korta fibrer hittar varandra där ärmar skaver. Ta bort dem med en kam två gånger den första vintern. Sedan kommer de knappt tillbaka.',
      'Mal tycker om det som är smutsigt och mörkt. Lägg undan rent, i bomullspåsar, med en bit cederträ. Titta till dem en gång i juni.',
    ],
  },
  {
    slug: 'light-in-november',
    title: 'Ljus i november',
    lead: 'Tre små lampor gör ett rum varmare än en stark.',
    picture: 'lamp-11',
    paragraphs: [
      'När dagen slutar klockan tre får taklampan köket att likna ett väntrum. Släck den och sätt ljuset där händerna är: på bordet, vid spisen, bredvid stolen.',
      'Håll lamporna varma, 2 700 kelvin eller lägre, och låt ingen glödlampa synas därifrån du sitter. En skärm som är stängd upptill håller ljuset lågt och taket mörkt, och det är det som gör kvällar lugna.',
      'Tre källor räcker i de flesta rum: en att läsa vid, en att äta vid, och en som bara lyser. Den sista är den som gästerna lägger märke till.',
    ],
  },
  {
    slug: 'choosing-a-strap',
    title: 'Att välja klockarmband',
    lead: 'Samma klocka blir en annan med ett armband till priset av en lunch.',
    picture: 'watch-5',
    paragraphs: [
      'Läder är stillsamt och formar sig efter handleden, men tål inte regn. Vävda band tål allt, torkar på en timme och byts utan verktyg.',
      'En stållänk gör klockan tyngre och en storlek större. Om den glider över benet, ta ur en länk; en klocka ska röra sig med handen, inte efter den.',
      'Mät mellan fästena innan du beställer. De flesta av våra klockor tar arton eller tjugo millimeter, och det står graverat på baksidan.',
    ],
  },
];

export const postsDe: Post[] = [
  {
    slug: 'caring-for-wool',
    title: 'Wie man Wolle pflegt',
    lead: 'Die Luft macht die meiste Arbeit. Wasser hilft nur ab und zu.',
    picture: 'knit-6',
    paragraphs: [
      'Wolle reinigt sich besser selbst, als man denkt. Eine Nacht am offenen Fenster nimmt das meiste weg, was ein Tag hineinbringt. Hängen Sie den Mantel auf einen breiten Bügel, mit einer Handbreit Luft auf beiden Seiten.',
      'Wenn sie gewaschen werden muss: lauwarmes Wasser, ein Löffel Wollwaschmittel, und lieber drücken als reiben. Rollen Sie den Pullover in ein Handtuch, treten Sie auf die Rolle, und trocknen Sie ihn liegend, fern von Wärme.',
      'Knötchen sind kein Fehler: Kurze Fasern finden sich, wo Ärmel reiben. Nehmen Sie sie im ersten Winter zweimal mit einem Kamm ab. Danach kommen sie kaum wieder.',
      'Motten mögen, was schmutzig und dunkel ist. Räumen Sie sauber weg, in Baumwollbeuteln, mit einem Stück Zeder. Schauen Sie einmal im Juni nach.',
    ],
  },
  {
    slug: 'light-in-november',
    title: 'Licht im November',
    lead: 'Drei kleine Lampen machen ein Zimmer wärmer als eine starke.',
    picture: 'lamp-11',
    paragraphs: [
      'Wenn der Tag um drei endet, macht die Deckenlampe aus der Küche ein Wartezimmer. Schalten Sie sie aus und stellen Sie Licht dorthin, wo die Hände sind: auf den Tisch, an den Herd, neben den Stuhl.',
      'Halten Sie das Licht warm, 2.700 Kelvin oder weniger, und lassen Sie von Ihrem Platz aus keine Birne sehen. Ein oben geschlossener Schirm hält das Licht niedrig und die Decke dunkel, und das macht Abende ruhig.',
      'Drei Quellen genügen für die meisten Zimmer: eine zum Lesen, eine zum Essen, und eine, die nur glimmt. Die letzte ist die, die Gäste bemerken.',
    ],
  },
  {
    slug: 'choosing-a-strap',
    title: 'Ein Uhrenband aussuchen',
    lead: 'Dieselbe Uhr wird eine andere mit einem Band zum Preis eines Mittagessens.',
    picture: 'watch-5',
    paragraphs: [
      'Leder ist ruhig und nimmt die Form des Handgelenks an, aber es scheut Regen. Gewebte Bänder scheuen nichts, trocknen in einer Stunde und lassen sich ohne Werkzeug wechseln.',
      'Ein Stahlband macht die Uhr schwerer und eine Größe größer. Rutscht es über den Knöchel, nehmen Sie ein Glied heraus; eine Uhr soll sich mit der Hand bewegen, nicht hinter ihr her.',
      'Messen Sie vor dem Bestellen zwischen den Stegen. Die meisten unserer Uhren nehmen achtzehn oder zwanzig Millimeter, und es ist auf der Rückseite eingraviert.',
    ],
  },
];
