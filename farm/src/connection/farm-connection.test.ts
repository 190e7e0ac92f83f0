import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';
import { FarmConnection } from './farm-connection.js';

describe.skipIf(NO_NATS)('FarmConnection', () => {
  let server: NatsServer;
  const open: FarmConnection[] = [];

  beforeEach(async () => {
    server = await NatsServer.start();
  });

  afterEach(async () => {
    await Promise.all(open.splice(0).map((connection) => connection.close()));
    await server.stop();
  });

  async function connect(patience = 5000): Promise<FarmConnection> {
    const connection = await FarmConnection.open({ servers: server.url, name: 'test', patience });
    open.push(connection);
    return connection;
  }

  it('says which server does not answer', async () => {
    await server.kill();
    await expect(connect(100)).rejects.toMatchObject({
      code: 'TESSERA_NATS_UNAVAILABLE',
      message: expect.stringContaining(server.url),
    });
  });

  it('waits for a server that starts later', async () => {
    await server.kill();
    const connecting = connect();
    await server.restart();
    expect((await connecting).connected).toBe(true);
  });

  it('comes back when the server was killed and restarted', async () => {
    const connection = await connect();
    const events = new EventTarget();
    connection.onReconnect(() => events.dispatchEvent(new Event('reconnect')));
    const back = once(events, 'reconnect');
    await server.kill();
    await server.restart();
    await back;
    await connection.nats.flush();
    expect(connection.connected).toBe(true);
  });

  it('closes while the server is away', async () => {
    const connection = await connect();
    await server.kill();
    await connection.close();
    expect(connection.nats.isClosed()).toBe(true);
  });

  it('refuses a wrong token at once', async () => {
    await server.stop();
    server = await NatsServer.start(['--auth', 'right']);
    await expect(
      FarmConnection.open({ servers: server.url, name: 'test', token: 'wrong' }),
    ).rejects.toMatchObject({ code: 'TESSERA_NATS_UNAVAILABLE' });
  });
});
