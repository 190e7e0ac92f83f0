import { once } from 'node:events';
import { headers } from '@nats-io/nats-core';
import { frameSubject } from '@tessera/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FarmConnection } from '../connection/farm-connection.js';
import { NatsServer, NO_NATS } from '../testing/nats-server.js';
import { FRAME_HEADER } from './frame-message.js';
import { NatsFrameBus } from './nats-frame-bus.js';

describe.skipIf(NO_NATS)('NatsFrameBus', () => {
  let server: NatsServer;
  let above: FarmConnection;
  let below: FarmConnection;

  beforeEach(async () => {
    server = await NatsServer.start();
    above = await FarmConnection.open({ servers: server.url, name: 'above' });
    below = await FarmConnection.open({ servers: server.url, name: 'below' });
  });

  afterEach(async () => {
    await Promise.all([above.close(), below.close()]);
    await server.stop();
  });

  const subject = (frame: number, job = 'job') => frameSubject({ job, level: 1, step: 3, frame });

  function frame(seed: number, bytes = 64 * 64 * 3 * 2): Uint8Array {
    return Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8) + seed * 7) & 255);
  }

  async function back(connection: FarmConnection): Promise<void> {
    const events = new EventTarget();
    connection.onReconnect(() => events.dispatchEvent(new Event('back')));
    await once(events, 'back');
  }

  it('gives every process the frame that one published', async () => {
    const [publisher, reader] = [await NatsFrameBus.open(above), await NatsFrameBus.open(below)];
    await publisher.publish(subject(0), frame(1));
    expect(await reader.fetch(subject(0))).toEqual(frame(1));
    expect(await reader.fetch(subject(1))).toBeUndefined();
  });

  it('replaces a frame that is published again', async () => {
    const bus = await NatsFrameBus.open(above);
    await bus.publish(subject(0), frame(1));
    await bus.publish(subject(0), frame(2));
    expect(await bus.fetch(subject(0))).toEqual(frame(2));
    expect((await bus.state()).messages).toBe(1);
  });

  it('cuts a frame above the payload limit and forgets all of it on release', async () => {
    const bus = await NatsFrameBus.open(above);
    const large = frame(1, 2_500_000);
    await bus.publish(subject(0), large);
    expect(Buffer.compare((await bus.fetch(subject(0)))!, large)).toBe(0);
    expect((await bus.state()).messages).toBe(3);
    await bus.release(subject(0));
    expect(await bus.state()).toEqual({ bytes: 0, messages: 0 });
  });

  it('holds nothing of a large frame whose parts are not all there', async () => {
    const bus = await NatsFrameBus.open(above);
    await bus.publish(subject(0), frame(1, 2_500_000));
    await bus.release(`${subject(0)}.2`);
    expect(await bus.fetch(subject(0))).toBeUndefined();
  });

  it('releases one frame, and all of a job', async () => {
    const bus = await NatsFrameBus.open(above);
    for (const at of [subject(0), subject(1), subject(0, 'other')]) await bus.publish(at, frame(0));
    await bus.release(subject(1));
    await bus.release(subject(9));
    expect((await bus.state()).messages).toBe(2);
    await bus.releaseJob('job');
    expect(await bus.fetch(subject(0))).toBeUndefined();
    expect(await bus.fetch(subject(0, 'other'))).toEqual(frame(0));
  });

  it('holds a publisher back at its bound until a frame is released, and loses none', async () => {
    const bus = await NatsFrameBus.open(above, { maxBytes: 60_000 });
    await bus.publish(subject(0), frame(0));
    await bus.publish(subject(1), frame(1));
    const third = bus.publish(subject(2), frame(2));
    await vi.waitUntil(() => bus.waiting === 1, { interval: 1 });
    expect((await bus.state()).bytes).toBeLessThanOrEqual(60_000);
    await bus.release(subject(0));
    await third;
    expect(bus.waiting).toBe(0);
    expect([await bus.fetch(subject(1)), await bus.fetch(subject(2))]).toEqual([frame(1), frame(2)]);
  });

  it('takes a frame that it holds already, even at its bound', async () => {
    const bus = await NatsFrameBus.open(above, { maxBytes: 30_000 });
    await bus.publish(subject(0), frame(0));
    await bus.publish(subject(0), frame(0));
    expect(bus.waiting).toBe(0);
  });

  it('leaves no parts behind when a large frame finds no room', async () => {
    const bus = await NatsFrameBus.open(above, { maxBytes: 2_000_000 });
    const stop = new AbortController();
    const publishing = bus.publish(subject(0), frame(1, 2_500_000), stop.signal);
    const refused = expect(publishing).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
    await vi.waitUntil(() => bus.waiting === 1, { interval: 1 });
    stop.abort();
    await refused;
    expect(await bus.state()).toEqual({ bytes: 0, messages: 0 });
  });

  it('hands over a frame as it is published to who waits for it', async () => {
    const [publisher, reader] = [await NatsFrameBus.open(above), await NatsFrameBus.open(below)];
    const small = reader.wait(subject(0), { timeout: 10_000 });
    const large = reader.wait(subject(1), { timeout: 10_000 });
    await publisher.publish(subject(0), frame(0));
    await publisher.publish(subject(1), frame(1, 1_500_000));
    expect(await small).toEqual(frame(0));
    expect(Buffer.compare((await large)!, frame(1, 1_500_000))).toBe(0);
  });

  it('waits no longer than it is told', async () => {
    const bus = await NatsFrameBus.open(above);
    expect(await bus.wait(subject(0), { timeout: 20 })).toBeUndefined();
    const wait = bus.wait(subject(0), { timeout: 60_000, signal: AbortSignal.timeout(20) });
    await expect(wait).rejects.toMatchObject({ code: 'TESSERA_CANCELLED' });
  });

  it('counts a damaged frame as not held', async () => {
    const bus = await NatsFrameBus.open(above);
    await bus.publish(subject(0), frame(0));
    const stray = headers();
    stray.set(FRAME_HEADER, `1 ${frame(0).length} 1 1 1`);
    above.nats.publish(subject(0), frame(0), { headers: stray });
    above.nats.publish(subject(1), 'no header');
    await above.nats.flush();
    expect([await bus.fetch(subject(0)), await bus.fetch(subject(1))]).toEqual([undefined, undefined]);
    expect(bus.damaged).toBe(2);
  });

  it('goes on when the server was killed: frames are gone, publishing and waiting last through it', async () => {
    const [publisher, reader] = [await NatsFrameBus.open(above), await NatsFrameBus.open(below)];
    await publisher.publish(subject(0), frame(0));
    const waiting = reader.wait(subject(1), { timeout: 30_000 });
    const returned = Promise.all([back(above), back(below)]);
    await server.kill();
    const publishing = publisher.publish(subject(1), frame(1));
    await server.restart();
    await returned;
    await publishing;
    expect(await waiting).toEqual(frame(1));
    expect(await reader.fetch(subject(0))).toBeUndefined();
  });

  it('says that frames are gone, to who only fetches, when the server was killed', async () => {
    const bus = await NatsFrameBus.open(above);
    await bus.publish(subject(0), frame(1));
    await server.kill();
    await Promise.all([back(above), server.restart()]);
    const held = await vi.waitFor(async () => ({ frame: await bus.fetch(subject(0)) }), 20_000);
    expect(held.frame).toBeUndefined();
  });

  it('says that the server does not answer', async () => {
    const bus = await NatsFrameBus.open(above);
    await server.kill();
    await expect(bus.fetch(subject(0))).rejects.toMatchObject({ code: 'TESSERA_NATS_UNAVAILABLE' });
  });
});
