import { describe, expect, it } from 'vitest';
import { fits, type Occupant, whoLeaves } from './places.js';

const LIMITS = {
  running: 3,
  queued: 10,
  latentBytes: 100,
  small: { places: 1, tileSteps: 10, latentBytes: 20 },
};
const job = (priority: number, latentBytes: number, leaving = false): Occupant => ({
  priority,
  latentBytes,
  tileSteps: 1000,
  leaving,
});
const small = (latentBytes: number): Occupant => ({ ...job(4, latentBytes), tileSteps: 10 });

describe('the places of a coordinator', () => {
  it('are a number of jobs and an amount of memory', () => {
    expect(fits(job(4, 50), [job(4, 50)], LIMITS)).toBe(true);
    expect(fits(job(4, 51), [job(4, 50)], LIMITS)).toBe(false);
    expect(fits(job(4, 1), [job(4, 1), job(4, 1), job(4, 1)], LIMITS)).toBe(false);
  });

  it('are more for small jobs', () => {
    const full = [job(4, 1), job(4, 1), job(4, 1)];
    expect(fits(small(1), full, LIMITS)).toBe(true);
    expect(fits(small(1), [...full, small(1)], LIMITS)).toBe(false);
    expect(fits(small(1), [job(4, 100)], LIMITS)).toBe(true);
  });

  it('are those of large ones for what has few tile-steps but much memory', () => {
    expect(fits(small(21), [job(4, 1), job(4, 1), job(4, 1)], LIMITS)).toBe(false);
    expect(fits(small(21), [job(4, 80)], LIMITS)).toBe(false);
  });

  it('are not taken from large jobs by as many small ones as have places of their own', () => {
    expect(fits(job(4, 100), [small(20)], LIMITS)).toBe(true);
    expect(fits(job(4, 1), [small(1), job(4, 1), job(4, 1)], LIMITS)).toBe(true);
    expect(fits(job(4, 1), [small(1), small(1), job(4, 1), job(4, 1)], LIMITS)).toBe(false);
  });

  it('are left before the memory is', () => {
    expect(fits(job(4, 1), [job(4, 1), job(4, 1), job(4, 1, true)], LIMITS)).toBe(true);
    expect(fits(job(4, 60), [job(4, 60, true)], LIMITS)).toBe(false);
  });

  it('are given up by the lowest, and of equals by the last, as few as need be', () => {
    const running = [job(5, 30), job(2, 30), job(2, 30)];
    expect(whoLeaves(job(6, 10), running, LIMITS)).toEqual([running[2]]);
    expect(whoLeaves(job(6, 70), running, LIMITS)).toEqual([running[2], running[1]]);
  });

  it('are kept by small jobs for which no large one could have theirs', () => {
    const running = [{ ...small(1), priority: 1 }, job(2, 100)];
    expect(whoLeaves(job(6, 10), running, LIMITS)).toEqual([running[1]]);
  });

  it('are kept where it would not help, or is not needed', () => {
    expect(whoLeaves(job(6, 100), [job(7, 10), job(2, 10)], LIMITS)).toEqual([]);
    expect(whoLeaves(job(6, 10), [job(2, 10)], LIMITS)).toEqual([]);
    expect(whoLeaves(job(2, 60), [job(2, 60)], LIMITS)).toEqual([]);
    expect(whoLeaves(job(6, 60), [job(2, 60, true)], LIMITS)).toEqual([]);
  });
});
