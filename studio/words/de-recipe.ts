/** What the recipes say, by its English words, in German; de.ts takes them in. */
export const deRecipe = {
  'recipe.Abandoned cart': 'Verlassener Warenkorb',
  'recipe.Four hours after the last change of a cart that was not bought: a mail with what lies in it, and what goes with it.':
    'Vier Stunden nach der letzten Änderung eines nicht gekauften Warenkorbs: eine Mail mit dem, was darin liegt, und dem, was dazu passt.',
  'recipe.Bought': 'Gekauft',
  'recipe.Cart emptied': 'Warenkorb geleert',
  'recipe.The cart went on as another one': 'Der Warenkorb ging als anderer weiter',
  'recipe.Consent withdrawn': 'Einwilligung widerrufen',
  'recipe.May we write?': 'Dürfen wir schreiben?',
  'recipe.Address and consent': 'Adresse und Einwilligung',
  'recipe.Ask for the cart and what goes with it': 'Nach dem Warenkorb fragen, und was dazu passt',
  'recipe.Reminded': 'Erinnert',
  'recipe.Not sent': 'Nicht versandt',
  'recipe.No address or no consent': 'Keine Adresse oder keine Einwilligung',
  'recipe.No recommendation came back': 'Keine Empfehlung kam zurück',
  'recipe.Back in stock': 'Wieder da',
  'recipe.When something that was sold out can be had again: to everybody who looked at it. At most once a week to the same person.':
    'Wenn etwas Ausverkauftes wieder zu haben ist: an alle, die es angesehen haben. Höchstens einmal in der Woche an dieselbe Person.',
  'recipe.Ask for these items as they are now': 'Nach diesen Artikeln fragen, wie sie jetzt sind',
  'recipe.Told': 'Mitgeteilt',
  'recipe.Goes with it': 'Passt dazu',
  'recipe.A week after an order, in the morning: what others bought with the same things.':
    'Eine Woche nach einer Bestellung, am Morgen: was andere zu denselben Dingen kauften.',
  'recipe.Ask for what goes with the order': 'Fragen, was zur Bestellung passt',
  'recipe.Written to': 'Angeschrieben',
  'recipe.Only wandered': 'Nur umgesehen',
  'recipe.Every day at 10:00, for everybody who came by in the last week, has not ordered, and had no such mail for two weeks: what they looked at, or what is popular.':
    'Jeden Tag um 10:00, für alle, die in der letzten Woche vorbeikamen, nichts bestellten und zwei Wochen keine solche Mail hatten: was sie ansahen, oder was beliebt ist.',
  'recipe.Ask for the recently viewed items; popular ones for whoever viewed none':
    'Nach den zuletzt angesehenen Artikeln fragen; nach beliebten für alle, die keine ansahen',
  'recipe.Price drop': 'Preissenkung',
  'recipe.When the price of something falls by a tenth or more: to everybody who looked at it. At most once a week to the same person.':
    'Wenn der Preis von etwas um ein Zehntel oder mehr fällt: an alle, die es angesehen haben. Höchstens einmal in der Woche an dieselbe Person.',
  'recipe.Replenish': 'Nachkaufen',
  'recipe.Thirty days after an order without another one: what this person buys again. For shops whose goods are used up.':
    'Dreißig Tage nach einer Bestellung ohne eine weitere: was diese Person wieder kauft. Für Läden, deren Waren sich verbrauchen.',
  'recipe.Ask for what this person buys again': 'Fragen, was diese Person wieder kauft',
  'recipe.Viewed, not bought': 'Angesehen, nicht gekauft',
  'recipe.A day after a visit with views, no order and an empty cart: a mail with just what was looked at, newest first.':
    'Einen Tag nach einem Besuch mit Angesehenem, ohne Bestellung und mit leerem Warenkorb: eine Mail mit genau dem Angesehenen, das Neueste zuerst.',
  'recipe.Put something in the cart': 'Etwas in den Warenkorb gelegt',
  'recipe.Ask for the recently viewed items': 'Nach den zuletzt angesehenen Artikeln fragen',
  'recipe.Welcome': 'Willkommen',
  'recipe.When somebody agrees to mail for the first time: a letter with what others like most.':
    'Wenn jemand zum ersten Mal in Post einwilligt: ein Brief mit dem, was andere am liebsten mögen.',
  'recipe.Ask for what is popular': 'Fragen, was beliebt ist',
  'recipe.Welcomed': 'Begrüßt',
  'recipe.Win back': 'Zurückgewinnen',
  'recipe.Every day at 10:00, for everybody whose last order is ninety days ago: what they may like now. Again after half a year at the earliest.':
    'Jeden Tag um 10:00, für alle, deren letzte Bestellung neunzig Tage her ist: was sie jetzt mögen könnten. Frühestens nach einem halben Jahr wieder.',
  'recipe.Ask for what this person may like': 'Fragen, was diese Person mögen könnte',
};
