import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FarmConnection } from '../connection/farm-connection.js';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';
import { JobCheckpoints } from './job-checkpoints.js';

describe.skipIf(NO_NATS)('JobCheckpoints', () => {
  let server: NatsServer;
  let connection: FarmConnection;
  let checkpoints: JobCheckpoints;

  beforeEach(async () => {
    server = await NatsServer.start();
    connection = await FarmConnection.open({ servers: server.url, name: 'test' });
    checkpoints = new JobCheckpoints(connection);
  });

  afterEach(async () => {
    await connection.close();
    await server.stop();
  });

  const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);

  it('gives back what was written last, however large and in how many pieces', async () => {
    expect(await checkpoints.read('a')).toBeUndefined();
    await checkpoints.write('a', 1, [bytes(3, 1)]);
    await checkpoints.write('a', 1, [bytes(7, 2), bytes(2 ** 20, 3), bytes(1, 4)]);
    const read = await checkpoints.read('a');
    expect(Buffer.from(read!).equals(Buffer.concat([bytes(7, 2), bytes(2 ** 20, 3), bytes(1, 4)]))).toBe(
      true,
    );
    expect(await checkpoints.read('b')).toBeUndefined();
  });

  it('takes nothing from an owner that lost the job', async () => {
    await checkpoints.write('a', 2, [bytes(3, 2)]);
    await expect(checkpoints.write('a', 1, [bytes(3, 1)])).rejects.toMatchObject({
      code: 'TESSERA_JOB_LOST',
    });
    await checkpoints.write('a', 3, [bytes(3, 3)]);
    expect(await checkpoints.read('a')).toEqual(Buffer.from(bytes(3, 3)));
  });

  it('outlives the death of the server', async () => {
    await checkpoints.write('a', 1, [bytes(3, 1)]);
    const back = new Promise<void>((resolve) => {
      connection.onReconnect(resolve);
    });
    await server.kill();
    await server.restart();
    await back;
    expect(await checkpoints.read('a')).toEqual(Buffer.from(bytes(3, 1)));
  });

  it('leaves nothing of what is removed, twice is no error', async () => {
    await checkpoints.write('a', 1, [bytes(2 ** 18, 1)]);
    await checkpoints.remove('a');
    await checkpoints.remove('a');
    expect(await checkpoints.read('a')).toBeUndefined();
  });
});
