/** Under this name a message's id goes along with a mail that a provider sends, and comes back with what it tells. */
export const messageTag = 'beckon_message';
