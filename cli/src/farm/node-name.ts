import { hostname } from 'node:os';

/** Letters that a name may have in the registry. */
const OTHERS = /[^A-Za-z0-9_-]+/g;

/** Name of a node that was given none: host and port, or host and process where any free port will do. */
export function nodeName(listen: string): string {
  const port = listen.slice(listen.lastIndexOf(':') + 1);
  const host = hostname().replace(OTHERS, '-').slice(0, 50);
  return `${host}-${port === '0' ? `p${process.pid}` : port}`;
}

/** Where others reach what listens on `address`, host:port: by the name of this host where it listens on all of them. */
export function reachable(address: string): string {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  return host === '0.0.0.0' || host === '[::]' ? `${hostname()}:${port}` : address;
}
