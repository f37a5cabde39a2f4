import type { Profiles } from './profile/index.ts';

/** Names of devices by which people say whether they may be recorded. */
const devices = ['ecid', 'anonymousid', 'tntid'] as const;

/** Does whoever is behind a visitor's device let itself be recorded? A visitor that is no device has sent nothing itself. */
export async function permits(profiles: Pick<Profiles, 'collectConsent'>, visitor: string): Promise<boolean> {
  const at = visitor.indexOf(':');
  const namespace = devices.find((one) => one === visitor.slice(0, at));
  return namespace === undefined || (await profiles.collectConsent(visitor.slice(at + 1), namespace)) !== 'out';
}
