// Copies what runs, and nothing else, from a built checkout into a new folder: compiled code without its tests, the default
// bundle, the packages that this needs, and the list of them (sbom.json, CycloneDX).
//
//   node deploy/images/stage.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_RUN = /\.test\.|\.fixture\.|\.d\.ts$|\.map$|\.tsbuildinfo$|[\\/]testing$/;

const [to] = process.argv.slice(2);
if (to === undefined) {
  console.error('Expected a folder to copy to: node deploy/images/stage.mjs FOLDER');
  process.exit(2);
}
stage(resolve(to));

function stage(folder) {
  const rooms = [...roomsOf('cli')];
  mkdirSync(folder, { recursive: true });
  for (const file of ['package-lock.json', '.npmrc', 'LICENSE']) cpSync(join(ROOT, file), join(folder, file));
  copyManifest('.', folder, (manifest) => ({ ...manifest, workspaces: rooms }));
  for (const room of rooms) {
    copyManifest(room, join(folder, room));
    cpSync(join(ROOT, room, 'dist'), join(folder, room, 'dist'), {
      recursive: true,
      filter: (path) => !NOT_RUN.test(path),
    });
  }
  cpSync(join(ROOT, 'cli/bin'), join(folder, 'cli/bin'), { recursive: true });
  cpSync(join(ROOT, 'viewer/dist/page'), join(folder, 'viewer/dist/page'), { recursive: true });
  cpSync(join(ROOT, 'models/histology-mini'), join(folder, 'models/histology-mini'), { recursive: true });
  npm(folder, 'install', '--omit=dev', '--no-save', '--no-progress');
  writeFileSync(join(folder, 'sbom.json'), npm(folder, 'sbom', '--sbom-format=cyclonedx'));
  dropOtherPlatforms(join(folder, 'node_modules/onnxruntime-node/bin/napi-v6'));
}

/** A room and all that it depends on, by their package.json. */
function roomsOf(room, known = new Set()) {
  known.add(room);
  const { dependencies = {} } = JSON.parse(readFileSync(join(ROOT, room, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const other = name.replace('@tessera/', '');
    if (other !== name && !known.has(other)) roomsOf(other, known);
  }
  return known;
}

/** A package.json without what only building and testing needs. */
function copyManifest(room, folder, change = (manifest) => manifest) {
  const { devDependencies: _, ...manifest } = JSON.parse(
    readFileSync(join(ROOT, room, 'package.json'), 'utf8'),
  );
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(change(manifest), null, 2)}\n`);
}

/** ONNX Runtime's package carries the libraries of every platform, 290 MB. */
function dropOtherPlatforms(folder) {
  for (const platform of readdirSync(folder))
    for (const architecture of readdirSync(join(folder, platform)))
      if (platform !== process.platform || architecture !== process.arch)
        rmSync(join(folder, platform, architecture), { recursive: true });
}

function npm(cwd, ...options) {
  return execFileSync('npm', options, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
