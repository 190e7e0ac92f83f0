// Finds or installs what checks deploy/k8s: kustomize (on the PATH, else by the Go toolchain), the API's schemas (PyPI's
// kubernetes-validate) and those of the operators we write resources for (their Go modules), into .cache/kubernetes.
// Prints {"kustomize": path, "python": path, "crds": [files]} or {"reason": text} as JSON; later runs only look.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// 5.8 wants a newer Go than Debian's and most machines'.
const KUSTOMIZE = 'sigs.k8s.io/kustomize/kustomize/v5@v5.7.1';
const SCHEMAS = 'kubernetes-validate==1.37.0';
/** Module and the files in it that define the kinds we use. */
const CRDS = {
  'github.com/kedacore/keda/v2@v2.17.2': ['config/crd/bases/keda.sh_scaledobjects.yaml'],
  'github.com/prometheus-operator/prometheus-operator@v0.85.0': [
    'example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml',
    'example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml',
  ],
  'github.com/cert-manager/cert-manager@v1.18.2': [
    'deploy/crds/crd-certificates.yaml',
    'deploy/crds/crd-issuers.yaml',
  ],
};

const folder = fileURLToPath(new URL('../.cache/kubernetes/', import.meta.url));
const python = join(folder, 'venv/bin/python');
const stamp = join(folder, 'installed.json');
const wanted = JSON.stringify([KUSTOMIZE, SCHEMAS, CRDS]);

console.log(JSON.stringify(find()));

function find() {
  const before = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : {};
  if (before.wanted === wanted && before.crds.every((file) => existsSync(file))) return before.found;
  mkdirSync(folder, { recursive: true });
  try {
    const found = { kustomize: kustomize(), python: schemas(), crds: crds() };
    writeFileSync(stamp, JSON.stringify({ wanted, crds: found.crds, found }));
    return found;
  } catch (error) {
    const text = String(error.stderr || error.message).trim();
    return { reason: `kustomize and the schemas of Kubernetes could not be had: ${text.split('\n').at(-1)}` };
  }
}

function kustomize() {
  const onPath = attempt(() => run('kustomize', 'version'));
  if (onPath?.includes('v5.')) return 'kustomize';
  run('go', 'install', KUSTOMIZE);
  return join(folder, 'kustomize');
}

function schemas() {
  rmSync(join(folder, 'venv'), { recursive: true, force: true });
  run('python3', '-m', 'venv', join(folder, 'venv'));
  run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', SCHEMAS);
  return python;
}

function crds() {
  return Object.entries(CRDS).flatMap(([module, files]) => {
    const { Dir } = JSON.parse(run('go', 'mod', 'download', '-json', module));
    return files.map((file) => join(Dir, file));
  });
}

function run(command, ...options) {
  const env = { ...process.env, GOBIN: folder, GOFLAGS: '-mod=mod' };
  return execFileSync(command, options, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function attempt(step) {
  try {
    return step();
  } catch {
    return undefined;
  }
}
