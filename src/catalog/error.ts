import { defineErrors } from '../base/index.ts';

export const errors = defineErrors({
  ITEMS_UNREADABLE: {
    status: 400,
    mend: 'Send a JSON array of items, one JSON object a line (NDJSON), or CSV, and name the format that it is',
  },
  ITEMS_HEADER_INVALID: {
    status: 400,
    mend: 'Let the first line name the columns, with "id" (or "entity.id" after "## RECS") among them, each once',
  },
  ITEMS_TOO_MANY: {
    status: 413,
    mend: 'Send the items in several parts, or leave out those that are no longer sold',
  },
  ITEM_ROW_UNREADABLE: { status: 400, mend: 'Mend this row and send it again; the other rows were taken' },
  ITEM_ID_INVALID: {
    status: 400,
    mend: 'Give each item an id of 1 to 256 characters, without commas and control characters',
  },
  ITEM_NAME_MISSING: { status: 400, mend: 'Send a name with the first row of an item; later rows may leave it out' },
  ITEM_FIELD_UNKNOWN: {
    status: 400,
    mend: 'Use id, name, categories, price, currency, stock, url, imageUrl and attributes; all else goes into attributes',
  },
  ITEM_FIELD_INVALID: {
    status: 400,
    mend: 'Give the field the type and length that docs/error/ITEM_FIELD_INVALID.md lists',
  },
  ITEM_PRICE_INVALID: {
    status: 400,
    mend: 'Write the price as a number of major units with a point, such as 129.00, and the currency as three capitals',
  },
  ITEM_ATTRIBUTE_INVALID: {
    status: 400,
    mend: 'Give each attribute a text, a number, true or false, or a list of one of these; null clears it',
  },
  ATTRIBUTE_DECLARATION_INVALID: {
    status: 422,
    mend: 'Name the attribute in at most 100 characters, and one of the types string, number, money, boolean and date',
  },
  ATTRIBUTE_VALUES_MISFIT: {
    status: 409,
    mend: 'Mend these values at their source, choose another type, or say "clear": true to take out what does not fit',
  },
  ITEM_IMAGE_BASE_INVALID: {
    status: 422,
    mend: 'Give an address such as https://cdn.example/pictures/, or null for none',
  },
  ITEM_PAGE_REFUSED: {
    status: 422,
    mend: 'Name the host with --shop-url or BECKON_LINK_HOSTS if it is the shop’s; bring many items by a feed',
  },
  RULE_INVALID: {
    status: 422,
    mend: 'Mend what is named and send the whole definition again; docs/recommend/rules.md has every form of a rule',
  },
  RULE_UNKNOWN: {
    status: 404,
    mend: 'Use a key that GET /v1/collections, /v1/exclusions or /v1/promotions lists, or make it with PUT',
  },
  RULE_IN_USE: { status: 409, mend: 'Take it out of what uses it first; the sentence names what that is' },
});
