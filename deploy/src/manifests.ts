import { execFileSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { inRepository, tools } from './tools.js';

export type Labels = Readonly<Record<string, string>>;

/** A Kubernetes object, as far as every kind is alike. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Labels };
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is each kind's own; the schemas check it (schemas.test.ts).
  readonly spec?: any;
  readonly data?: Readonly<Record<string, string>>;
}

/** Folders of deploy/k8s/overlays. */
export const OVERLAYS = ['dev-cpu', 'gpu'] as const;

const built = new Map<string, Manifest[]>();

/** What `kubectl apply -k deploy/k8s/overlays/NAME` sends to the cluster. */
export function manifestsOf(overlay: string): readonly Manifest[] {
  const known = built.get(overlay);
  if (known !== undefined) return known;
  const folder = inRepository(`deploy/k8s/overlays/${overlay}`);
  const text = execFileSync(tools.kustomize!, ['build', folder], {
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  const manifests = parseAllDocuments(text).map(
    (document) => document.toJS({ maxAliasCount: 0 }) as Manifest,
  );
  built.set(overlay, manifests);
  return manifests;
}

/** Deployments and StatefulSets. */
export function workloadsOf(overlay: string): readonly Manifest[] {
  return manifestsOf(overlay).filter(({ kind }) => ['Deployment', 'StatefulSet', 'Job'].includes(kind));
}

/** The only object of a kind and name; throws where there is none. */
export function find(overlay: string, kind: string, name: string): Manifest {
  const found = manifestsOf(overlay).find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`No ${kind} ${name} in ${overlay}`);
  return found;
}
