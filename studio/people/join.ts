import type { ProfileDetail } from '../../src/api/contract.ts';

type Known = Pick<ProfileDetail, 'id' | 'identities'>;

/** Namespaces of devices; any other names a person. */
const devices: readonly string[] = ['ecid', 'fpid', 'tntid', 'anonymousid'];
const isDevice = ({ namespace }: Known['identities'][number]) => devices.includes(namespace);

/** Why a visitor cannot be joined to somebody: they are the same, one names nobody, or both name a person. */
export type NoJoin = 'same' | 'unnamed' | 'both';

/**
 * What the shop's server would say to join a visitor to a person: one name of each. Two who both name a person are never made
 * one, as the fold never does (trust row 79). Pure.
 */
export function joining(person: Known, visitor: Known): { identities: Record<string, string> } | NoJoin {
  const name = person.identities.find((identity) => !isDevice(identity));
  const device = visitor.identities.find(isDevice);
  if (person.id === visitor.id) return 'same';
  if (name === undefined || device === undefined) return 'unnamed';
  if (visitor.identities.some((identity) => !isDevice(identity))) return 'both';
  return { identities: { [name.namespace]: name.id, [device.namespace]: device.id } };
}
