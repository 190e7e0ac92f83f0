import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Path of a file of the repository. */
export function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

interface Tools {
  readonly kustomize?: string;
  readonly python?: string;
  readonly crds?: readonly string[];
  readonly reason?: string;
}

function find(): Tools {
  const script = inRepository('scripts/kubernetes.mjs');
  const found: Tools = JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }));
  if (found.reason !== undefined && process.env.CI) throw new Error(found.reason);
  if (found.reason !== undefined) console.log(`Not run: ${found.reason}`);
  return found;
}

/** kustomize and the schemas of Kubernetes, as scripts/kubernetes.mjs finds them. */
export const tools = find();

/** True where they can't be had: `describe.skipIf(NO_KUBERNETES)`. Under CI=1 that is an error instead. */
export const NO_KUBERNETES = tools.reason !== undefined;
