import { isIPv4 } from 'node:net';

/** True for a host, or host:port, that other machines can neither reach nor be. */
export function isLoopback(address: string): boolean {
  const host = address.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}
