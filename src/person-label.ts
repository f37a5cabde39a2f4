import type { Profile } from './profile/index.ts';

/** How a list that shows the address beside it names somebody: by name, by address, or by the end of the device's id. */
export function nameOrDevice(profile: Profile | undefined): string {
  const name = profile?.state.attributes['firstName'];
  if (typeof name === 'string' && name !== '') return name;
  const device = profile?.state.identities.find(({ namespace }) => namespace === 'ecid')?.id;
  return profile?.state.email ?? `Visitor ${device?.slice(-6) ?? profile?.id.slice(-6) ?? ''}`.trim();
}

/** The same where no address stands beside it. */
export function labelOf(profile: Profile | undefined): string {
  const [name, email] = [nameOrDevice(profile), profile?.state.email];
  return email && name !== email ? `${name} (${email})` : name;
}
