import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNodeRecord, MAX_NODE_RECORD } from './node-record.js';

function outcome(bytes: Uint8Array): unknown {
  try {
    return decodeNodeRecord(bytes) && 'decoded';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

describe('decodeNodeRecord', () => {
  it('refuses any bytes that are no record with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(outcome(bytes)).toBe('TESSERA_BAD_MESSAGE');
      }),
    );
  });

  it('refuses any JSON that is no record with a code', () => {
    const almost = fc.record(
      {
        name: fc.oneof(fc.constant('one'), fc.string(), fc.integer()),
        address: fc.oneof(fc.constant('one:1'), fc.string()),
        instance: fc.string(),
        version: fc.string(),
        devices: fc.oneof(fc.array(fc.string()), fc.string()),
        bundles: fc.array(fc.anything()),
        draining: fc.oneof(fc.boolean(), fc.anything()),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), almost), (value) => {
        const text = JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? String(v) : v)) ?? '';
        expect(['decoded', 'TESSERA_BAD_MESSAGE']).toContain(outcome(Buffer.from(text)));
      }),
    );
  });

  it('refuses a record above its bound before it reads it', () => {
    expect(outcome(new Uint8Array(MAX_NODE_RECORD + 1))).toBe('TESSERA_BAD_MESSAGE');
  });
});
