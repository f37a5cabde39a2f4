import type { ShopEvent } from '../event/index.ts';
import type { Origin, ProfileState } from './profile.ts';

type Asserted = Partial<Pick<ProfileState, 'email' | 'attributes' | 'timeZone' | 'language' | 'test' | 'origins'>> & {
  identified: boolean;
};

/**
 * What the shop's server says of somebody: the address, attributes, time zone, language. null clears. Each value keeps
 * where it came from, and the later word holds in whatever order they come. Pure.
 */
export function assertion(state: ProfileState, event: ShopEvent): Asserted {
  const made: Asserted = { identified: false };
  const origin: Origin = [event.source, event.happenedAt, event.level];
  let origins = state.origins;
  const say = (name: string): boolean => {
    const known = origins && Object.hasOwn(origins, name) ? origins[name] : undefined;
    if (known && known[2] >= event.level && known[1] > event.happenedAt) return false;
    origins = withOrigin(origins, name, origin);
    return true;
  };
  const email = event.identities.find(({ namespace }) => namespace === 'email')?.id;
  const spelled = typeof event.attributes?.['email'] === 'string' ? event.attributes['email'] : null;
  const isNew = email !== undefined && state.email?.toLowerCase() !== email;
  const isSpelled = email !== undefined && spelled !== null && state.email !== spelled;
  if ((isNew || isSpelled) && say('email')) {
    made.email = spelled ?? email!;
    made.identified = isNew;
  }
  if (!event.attributes) return origins === state.origins ? made : { ...made, origins: origins! };
  const attributes = { ...state.attributes };
  for (const [name, value] of Object.entries(event.attributes)) {
    if (name === 'email' || name === '__proto__' || !say(`attributes.${name}`)) continue;
    if (value === null) delete attributes[name];
    else attributes[name] = value;
    if (name === 'timeZone' || name === 'language') {
      made[name] = typeof value === 'string' && value !== '' ? value : null;
      say(name);
    }
    if (name === 'test') made.test = value === true;
  }
  return { ...made, attributes, ...(origins === state.origins ? {} : { origins: origins! }) };
}

/** The origins with one more. */
export function withOrigin(origins: ProfileState['origins'], name: string, origin: Origin): Record<string, Origin> {
  return { ...origins, [name]: origin };
}
