/** Words about lists, designs, offers, the catalogue and replays, in Swedish; sv-recommend.ts takes them in. */
export const svShelf = {};
