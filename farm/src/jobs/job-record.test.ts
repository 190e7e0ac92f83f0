import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJobRecord, encodeJobRecord, type JobRecord, MAX_JOB_RECORD } from './job-record.js';

function outcome(bytes: Uint8Array): unknown {
  try {
    return decodeJobRecord(bytes) && 'decoded';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

const record: JobRecord = {
  id: 'job-1',
  priority: 5,
  state: 'queued',
  spec: { size: [256, 256] },
  submitted: '2026-01-01T00:00:00.000Z',
  fence: 0,
  progress: { done: 0, total: 0 },
  renewals: 0,
};

describe('decodeJobRecord', () => {
  it('reads what was written', () => {
    expect(decodeJobRecord(encodeJobRecord(record))).toEqual(record);
  });

  it('refuses any bytes that are no record with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(outcome(bytes)).toBe('TESSERA_BAD_MESSAGE');
      }),
    );
  });

  it('refuses a record with any field replaced by another type with a code', () => {
    const field = fc.constantFrom(...(Object.keys(record) as (keyof JobRecord)[]));
    fc.assert(
      fc.property(field, fc.jsonValue(), (name, value) => {
        const changed = Buffer.from(JSON.stringify({ ...record, [name]: value }));
        expect(['decoded', 'TESSERA_BAD_MESSAGE']).toContain(outcome(changed));
      }),
    );
  });

  it('refuses a record above its bound before it reads it', () => {
    expect(outcome(new Uint8Array(MAX_JOB_RECORD + 1))).toBe('TESSERA_BAD_MESSAGE');
  });

  it.each([
    ['id', 'a.b'],
    ['id', ''],
    ['priority', 10],
    ['priority', 0.5],
    ['state', 'lost'],
    ['fence', -1],
  ])('refuses %s %j', (name, value) => {
    expect(outcome(Buffer.from(JSON.stringify({ ...record, [name]: value })))).toBe('TESSERA_BAD_MESSAGE');
  });
});
