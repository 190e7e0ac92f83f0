import { describe, expect, it } from 'vitest';
import { Precedence } from './precedence.js';

const LOW = { coordinator: 'a', priority: 2 };
const HIGH = { coordinator: 'b', priority: 7 };
const OUTRANKED = { code: 'TESSERA_OUTRANKED' };

/** A call that is under way until it is ended. */
function held(precedence: Precedence, claim: typeof LOW | undefined) {
  let end = () => {};
  const call = precedence.admit(claim, () => new Promise<string>((resolve) => (end = () => resolve('done'))));
  return { call, end: () => end() };
}

const asked = (precedence: Precedence, claim?: typeof LOW) => precedence.admit(claim, async () => 'done');

describe('Precedence', () => {
  it('refuses what another coordinator outranks, until that has nothing under way', async () => {
    const precedence = new Precedence();
    const high = [held(precedence, HIGH), held(precedence, HIGH)];
    await expect(asked(precedence, LOW)).rejects.toMatchObject(OUTRANKED);
    high[0]!.end();
    await high[0]!.call;
    await expect(asked(precedence, LOW)).rejects.toMatchObject(OUTRANKED);
    high[1]!.end();
    await high[1]!.call;
    expect(await asked(precedence, LOW)).toBe('done');
  });

  it('takes what is of higher or of the same priority beside what is under way', async () => {
    const precedence = new Precedence();
    const low = held(precedence, LOW);
    expect(await asked(precedence, HIGH)).toBe('done');
    expect(await asked(precedence, { ...LOW, coordinator: 'b' })).toBe('done');
    low.end();
  });

  it('leaves the order of its own jobs to a coordinator', async () => {
    const precedence = new Precedence();
    const high = held(precedence, HIGH);
    expect(await asked(precedence, { ...HIGH, priority: 0 })).toBe('done');
    high.end();
  });

  it('forgets a call that failed', async () => {
    const precedence = new Precedence();
    const failing = precedence.admit(HIGH, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await asked(precedence)).toBe('done');
  });
});
