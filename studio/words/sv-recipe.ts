/** What the recipes say, by its English words, in Swedish; sv.ts takes them in. */
export const svRecipe = {
  'recipe.Abandoned cart': 'Övergiven varukorg',
  'recipe.Four hours after the last change of a cart that was not bought: a mail with what lies in it, and what goes with it.':
    'Fyra timmar efter sista ändringen av en varukorg som inte köptes: ett brev med det som ligger i den, och det som passar till.',
  'recipe.Bought': 'Köpt',
  'recipe.Cart emptied': 'Varukorgen tömd',
  'recipe.The cart went on as another one': 'Varukorgen gick vidare som en annan',
  'recipe.Consent withdrawn': 'Samtycket återkallat',
  'recipe.May we write?': 'Får vi skriva?',
  'recipe.Address and consent': 'Adress och samtycke',
  'recipe.Ask for the cart and what goes with it': 'Fråga efter varukorgen och det som passar till',
  'recipe.Reminded': 'Påmind',
  'recipe.Not sent': 'Inte skickat',
  'recipe.No address or no consent': 'Ingen adress eller inget samtycke',
  'recipe.No recommendation came back': 'Ingen rekommendation kom tillbaka',
  'recipe.Back in stock': 'Åter i lager',
  'recipe.When something that was sold out can be had again: to everybody who looked at it. At most once a week to the same person.':
    'När något slutsålt går att få igen: till alla som tittat på det. Högst en gång i veckan till samma person.',
  'recipe.Ask for these items as they are now': 'Fråga efter de här varorna som de är nu',
  'recipe.Told': 'Berättat',
  'recipe.Goes with it': 'Passar till',
  'recipe.A week after an order, in the morning: what others bought with the same things.':
    'En vecka efter ett köp, på morgonen: vad andra köpte till samma saker.',
  'recipe.Ask for what goes with the order': 'Fråga vad som passar till köpet',
  'recipe.Written to': 'Fått brev',
  'recipe.Only wandered': 'Bara strövat',
  'recipe.Every day at 10:00, for everybody who came by in the last week, has not ordered, and had no such mail for two weeks: what they looked at, or what is popular.':
    'Varje dag klockan 10:00, för alla som tittat in den senaste veckan, inte köpt och inte fått ett sådant brev på två veckor: vad de tittade på, eller vad som är populärt.',
  'recipe.Ask for the recently viewed items; popular ones for whoever viewed none':
    'Fråga efter de senast sedda varorna; populära för den som inte sett några',
  'recipe.Price drop': 'Prissänkning',
  'recipe.When the price of something falls by a tenth or more: to everybody who looked at it. At most once a week to the same person.':
    'När priset på något faller med en tiondel eller mer: till alla som tittat på det. Högst en gång i veckan till samma person.',
  'recipe.Replenish': 'Fyll på',
  'recipe.Thirty days after an order without another one: what this person buys again. For shops whose goods are used up.':
    'Trettio dagar efter ett köp utan ett nytt: vad personen köper igen. För butiker vars varor tar slut.',
  'recipe.Ask for what this person buys again': 'Fråga vad personen köper igen',
  'recipe.Viewed, not bought': 'Sett, inte köpt',
  'recipe.A day after a visit with views, no order and an empty cart: a mail with just what was looked at, newest first.':
    'En dag efter ett besök med visningar, utan köp och med tom varukorg: ett brev med just det som setts, det nyaste först.',
  'recipe.Put something in the cart': 'Lagt något i varukorgen',
  'recipe.Ask for the recently viewed items': 'Fråga efter de senast sedda varorna',
  'recipe.Welcome': 'Välkommen',
  'recipe.When somebody agrees to mail for the first time: a letter with what others like most.':
    'När någon för första gången samtycker till brev: ett brev med det som andra gillar mest.',
  'recipe.Ask for what is popular': 'Fråga vad som är populärt',
  'recipe.Welcomed': 'Hälsad välkommen',
  'recipe.Win back': 'Vinn tillbaka',
  'recipe.Every day at 10:00, for everybody whose last order is ninety days ago: what they may like now. Again after half a year at the earliest.':
    'Varje dag klockan 10:00, för alla vars senaste köp är nittio dagar gammalt: vad de kan gilla nu. Igen tidigast efter ett halvår.',
  'recipe.Ask for what this person may like': 'Fråga vad personen kan gilla',
};
