/** Words about lists, designs, offers, the catalogue and replays, in German; de-recommend.ts takes them in. */
export const deShelf = {};
