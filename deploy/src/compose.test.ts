import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inRepository } from './tools.js';

const { services, networks } = parse(readFileSync(inRepository('deploy/images/compose.yaml'), 'utf8'), {
  merge: true,
});
/** All but the one that gives the volumes away and ends. */
const LASTING = ['nats', 'coordinator', 'node'];

describe('compose.yaml', () => {
  it.each(LASTING)('gives %s no rights and a root that it cannot write to', (name) => {
    expect(services[name]).toMatchObject({
      user: '10001:10001',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it('opens the coordinator alone, and to this machine alone', () => {
    const published = Object.values<{ ports?: string[] }>(services).flatMap(({ ports }) => ports ?? []);
    expect(published.every((port) => port.startsWith('127.0.0.1:'))).toBe(true);
    expect(services.node.ports ?? services.nats.ports).toBeUndefined();
  });

  it('keeps nodes and NATS on a network without a way out', () => {
    expect(networks.farm.internal).toBe(true);
    expect([services.node.networks, services.nats.networks]).toEqual([['farm'], ['farm']]);
  });

  it('builds targets that the Dockerfile has', () => {
    const dockerfile = readFileSync(inRepository('deploy/images/Dockerfile'), 'utf8');
    for (const name of ['coordinator', 'node'])
      expect(dockerfile).toMatch(new RegExp(`^FROM .* AS ${services[name].build.target}$`, 'm'));
  });
});
