import { BlockList, isIP } from 'node:net';

/** Addresses that no call outside ever reaches: everything special-purpose (trust.md §3.1). Two lists, as one would take every
 *  IPv4 address for its mapped form. */
const special = { 4: new BlockList(), 6: new BlockList() };
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  special[4].addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 128],
  ['::1', 128],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  special[6].addSubnet(net, bits, 'ipv6');
}

/** May a call that somebody outside has chosen reach this IP address? Pure. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  return family === 6 ? !special[6].check(address, 'ipv6') : family === 4 && !special[4].check(address, 'ipv4');
}
