/** What the server says, by the codes it sends beside its English text. */
export const enSaid = {
  'said.stuck.call': '{count} try was in vain: {error}|{count} tries were in vain: {error}',
  'said.stuck.wait': 'Its wait is over',
  'said.stuck.mail': 'Nothing was heard of its mail',
} as const;
