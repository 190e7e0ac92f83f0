import { CoordinatorConnection, type RenderReport } from '@tessera/coordinator';
import { TINY_BUNDLE, tessera } from './command.js';
import type { Service } from './service.js';

/** The picture that the farms of tests make. */
export const FARM_PICTURE = ['--bundle', TINY_BUNDLE, '--size', '1024x1024', '--seed', '3'];
const WAIT = { seconds: 30 };

/** Asks a coordinator for a picture once it knows so many nodes; gives the id of the job. */
export async function submit(
  { address }: Service,
  nodes: number,
  content: readonly string[],
  picture: readonly string[] = FARM_PICTURE,
): Promise<string> {
  await atWork(address, async (coordinator) => {
    while ((await coordinator.nodes(WAIT)).length < nodes);
  });
  const asked = [...picture, ...content, '--format', 'tif'];
  const { stdout } = await tessera(['submit', '--coordinator', address, ...asked]);
  return stdout.trim();
}

/** Does something while some of the job's tiles are done, and gives what that gave. */
export async function duringRun<T>({ address }: Service, id: string, action: () => Promise<T>): Promise<T> {
  return await atWork(address, async (coordinator) => {
    for await (const { progress } of coordinator.watch(id, new AbortController().signal)) {
      if ((progress?.tileSteps ?? 0) === 0) continue;
      return await action();
    }
    throw new Error('The job ended too soon');
  });
}

/** The report of a job once it has ended; throws where it failed. */
export async function reportAtEnd({ address }: Service, id: string): Promise<RenderReport> {
  const { stdout, stderr } = await tessera(['watch', id, '--coordinator', address, '--json']);
  const { report } = JSON.parse(stdout) as { report?: RenderReport };
  if (report === undefined) throw new Error(stderr);
  return report;
}

/** Asks a coordinator something. */
export async function atWork<T>(
  address: string,
  action: (coordinator: CoordinatorConnection) => Promise<T>,
): Promise<T> {
  const coordinator = new CoordinatorConnection(address);
  try {
    return await action(coordinator);
  } finally {
    coordinator.close();
  }
}
