import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import { residentMiB } from '@tessera/cli/testing';
import { CoordinatorConnection } from '@tessera/coordinator';
import { CHANNEL_OPTIONS, CoordinatorClient, type SubmitRequest, type WatchResponse } from '@tessera/proto';

const WAIT = { seconds: 60 };

export interface SlowReadersResult {
  readonly watchers: number;
  /** Of them, those that read nothing until the job had ended. */
  readonly slow: number;
  /** Watchers that were told of the end, all of them included. */
  readonly toldOfEnd: number;
  /** What the coordinator's memory grew by while they did not read, MiB. */
  readonly grewMiB: number;
}

/**
 * Watches one job many times over, half of the watchers without reading: the job must end, everyone who reads on must be told
 * so, and the coordinator must not keep for the others what they do not take.
 */
export async function watchSlowly(
  { address, pid }: { address: string; pid: number },
  request: SubmitRequest,
  watchers: number,
): Promise<SlowReadersResult> {
  const connection = new CoordinatorConnection(address);
  const client = new CoordinatorClient(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  try {
    const { id } = await connection.submit(request, WAIT);
    const before = await residentMiB(pid);
    const streams = Array.from({ length: watchers }, () => client.watch({ id }));
    const ends = streams.map((stream, index) => lastState(stream, index % 2 === 1));
    for await (const _job of connection.watch(id, new AbortController().signal));
    const grewMiB = (await residentMiB(pid)) - before;
    for (const stream of streams) stream.resume();
    const states = await Promise.all(ends);
    const { state } = await connection.get(id, WAIT);
    return {
      watchers,
      slow: Math.floor(watchers / 2),
      toldOfEnd: states.filter((last) => last === state).length,
      grewMiB,
    };
  } finally {
    connection.close();
    client.close();
  }
}

/** The state that a watcher was told last. */
function lastState(stream: ClientReadableStream<WatchResponse>, slow: boolean): Promise<number | undefined> {
  return new Promise((resolve) => {
    let last: number | undefined;
    stream.on('data', ({ job }: WatchResponse) => {
      last = job?.state;
    });
    stream.on('error', () => resolve(undefined));
    stream.on('end', () => resolve(last));
    if (slow) stream.pause();
  });
}
