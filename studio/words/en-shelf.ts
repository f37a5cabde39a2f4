/** Words about lists, designs, offers, the catalogue and replays, in English; en-recommend.ts takes them in. */
export const enShelf = {} as const;
