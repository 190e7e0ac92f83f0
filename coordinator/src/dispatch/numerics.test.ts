import type { DescribeResponse } from '@tessera/proto';
import { describe, expect, it } from 'vitest';
import { FAULT_DIGEST } from '../testing/fault-manifest.js';
import type { NodeApi } from './node-api.js';
import { NodeHandle } from './node-handle.js';
import { fastestNumerics } from './numerics.js';

function node(
  numerics: string,
  secondsPerEvaluation: number,
  digest = FAULT_DIGEST,
  device = 'cpu',
): NodeHandle {
  const bundle = { digest, name: 'b', batch: 1, secondsPerEvaluation, numerics, padded: false, flops: {} };
  return new NodeHandle(
    { address: 'a' } as NodeApi,
    { name: '', device, bundles: [bundle] } as Partial<DescribeResponse> as DescribeResponse,
  );
}

describe('fastestNumerics', () => {
  it('is the class that is fastest in sum', () => {
    expect(fastestNumerics([node('x', 1), node('y', 1.5), node('y', 1.5)], FAULT_DIGEST)).toBe('y');
    expect(fastestNumerics([node('x', 1), node('y', 2.5), node('y', 2.5)], FAULT_DIGEST)).toBe('x');
  });

  it('is that of simulated devices only where there are no others', () => {
    const simulated = node('x', 1e-6, FAULT_DIGEST, 'simulated:1ms');
    expect(fastestNumerics([simulated, node('y', 1)], FAULT_DIGEST)).toBe('y');
    expect(fastestNumerics([simulated], FAULT_DIGEST)).toBe('x');
  });

  it('looks only at nodes that have the bundle', () => {
    expect(fastestNumerics([node('x', 1), node('y', 0.1, 'another')], FAULT_DIGEST)).toBe('x');
    expect(fastestNumerics([node('y', 0.1, 'another')], FAULT_DIGEST)).toBeUndefined();
  });
});
