/** What the recipes say, by its English words, in English; en.ts takes them in. */
export const enRecipe = {
  'recipe.Abandoned cart': 'Abandoned cart',
  'recipe.Four hours after the last change of a cart that was not bought: a mail with what lies in it, and what goes with it.':
    'Four hours after the last change of a cart that was not bought: a mail with what lies in it, and what goes with it.',
  'recipe.Bought': 'Bought',
  'recipe.Cart emptied': 'Cart emptied',
  'recipe.The cart went on as another one': 'The cart went on as another one',
  'recipe.Consent withdrawn': 'Consent withdrawn',
  'recipe.May we write?': 'May we write?',
  'recipe.Address and consent': 'Address and consent',
  'recipe.Ask for the cart and what goes with it': 'Ask for the cart and what goes with it',
  'recipe.Reminded': 'Reminded',
  'recipe.Not sent': 'Not sent',
  'recipe.No address or no consent': 'No address or no consent',
  'recipe.No recommendation came back': 'No recommendation came back',
  'recipe.Back in stock': 'Back in stock',
  'recipe.When something that was sold out can be had again: to everybody who looked at it. At most once a week to the same person.':
    'When something that was sold out can be had again: to everybody who looked at it. At most once a week to the same person.',
  'recipe.Ask for these items as they are now': 'Ask for these items as they are now',
  'recipe.Told': 'Told',
  'recipe.Goes with it': 'Goes with it',
  'recipe.A week after an order, in the morning: what others bought with the same things.':
    'A week after an order, in the morning: what others bought with the same things.',
  'recipe.Ask for what goes with the order': 'Ask for what goes with the order',
  'recipe.Written to': 'Written to',
  'recipe.Only wandered': 'Only wandered',
  'recipe.Every day at 10:00, for everybody who came by in the last week, has not ordered, and had no such mail for two weeks: what they looked at, or what is popular.':
    'Every day at 10:00, for everybody who came by in the last week, has not ordered, and had no such mail for two weeks: what they looked at, or what is popular.',
  'recipe.Ask for the recently viewed items; popular ones for whoever viewed none':
    'Ask for the recently viewed items; popular ones for whoever viewed none',
  'recipe.Price drop': 'Price drop',
  'recipe.When the price of something falls by a tenth or more: to everybody who looked at it. At most once a week to the same person.':
    'When the price of something falls by a tenth or more: to everybody who looked at it. At most once a week to the same person.',
  'recipe.Replenish': 'Replenish',
  'recipe.Thirty days after an order without another one: what this person buys again. For shops whose goods are used up.':
    'Thirty days after an order without another one: what this person buys again. For shops whose goods are used up.',
  'recipe.Ask for what this person buys again': 'Ask for what this person buys again',
  'recipe.Viewed, not bought': 'Viewed, not bought',
  'recipe.A day after a visit with views, no order and an empty cart: a mail with just what was looked at, newest first.':
    'A day after a visit with views, no order and an empty cart: a mail with just what was looked at, newest first.',
  'recipe.Put something in the cart': 'Put something in the cart',
  'recipe.Ask for the recently viewed items': 'Ask for the recently viewed items',
  'recipe.Welcome': 'Welcome',
  'recipe.When somebody agrees to mail for the first time: a letter with what others like most.':
    'When somebody agrees to mail for the first time: a letter with what others like most.',
  'recipe.Ask for what is popular': 'Ask for what is popular',
  'recipe.Welcomed': 'Welcomed',
  'recipe.Win back': 'Win back',
  'recipe.Every day at 10:00, for everybody whose last order is ninety days ago: what they may like now. Again after half a year at the earliest.':
    'Every day at 10:00, for everybody whose last order is ninety days ago: what they may like now. Again after half a year at the earliest.',
  'recipe.Ask for what this person may like': 'Ask for what this person may like',
};
