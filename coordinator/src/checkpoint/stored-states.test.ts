import { describe, expect, it } from 'vitest';
import type { StateParts } from './state-format.js';
import { type StateObjects, StoredStates } from './stored-states.js';

/** Objects in memory. */
class HeldObjects implements StateObjects {
  readonly held = new Map<string, Uint8Array>();

  async read(job: string): Promise<Uint8Array | undefined> {
    return this.held.get(job);
  }

  async write(job: string, _fence: number, pieces: Iterable<Uint8Array>): Promise<void> {
    this.held.set(job, Buffer.concat([...pieces]));
  }

  async remove(job: string): Promise<void> {
    this.held.delete(job);
  }
}

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const bytes = (parts: StateParts | undefined) => parts?.buffers.map((buffer) => [...buffer]);

describe('states in an object store', () => {
  it('come back as they were, but for the picture, whose file is elsewhere', async () => {
    const states = new StoredStates(new HeldObjects());
    expect(await states.of('a', 1).read()).toBeUndefined();
    const buffers = [new Uint8Array(3).fill(7), floats(1, 2)];
    await states.of('a', 1).write({ header: { tileSteps: 5, picture: false }, buffers });
    const read = await states.of('a', 2).read();
    expect([read?.header, bytes(read)]).toEqual([
      { tileSteps: 5, picture: false },
      bytes({ header: {}, buffers }),
    ]);
    expect(read!.buffers[1]!.byteOffset % 4).toBe(0);
    const picture = [new Uint8Array(2), new Uint8Array(4)];
    await states
      .of('a', 2)
      .write({ header: { tileSteps: 6, picture: true }, buffers: [...buffers, ...picture] });
    const again = await states.of('a', 3).read();
    expect([again?.header, bytes(again)]).toEqual([
      { tileSteps: 6, picture: false },
      bytes({ header: {}, buffers }),
    ]);
  });

  it('are refused when damaged, and gone when removed', async () => {
    const objects = new HeldObjects();
    const states = new StoredStates(objects);
    await states.of('a', 1).write({ header: {}, buffers: [floats(1)] });
    objects.held.get('a')![20]! ^= 1;
    await expect(states.of('a', 2).read()).rejects.toMatchObject({ code: 'TESSERA_BAD_STATE' });
    await states.remove('a');
    expect(await states.of('a', 2).read()).toBeUndefined();
  });
});
