// docs/licences.md: what is installed beside our own code and under which licence, from package-lock.json.
import { readFileSync } from 'node:fs';
import { ROOT } from './run.mjs';

/** Licences that ask for no more than a notice. */
const NOTICE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
];
/** Others that are used, and why that is in order. */
const EXPLAINED = {
  'LGPL-3.0-or-later': 'libvips, a shared library that sharp loads and that may be replaced',
};
/** Of tools that are not shipped. */
const OF_TOOLS = { 'MPL-2.0': 'lightningcss, which the tools for tests and pages use' };

const HEAD = `# Licences

Generated from \`package-lock.json\` by \`npm run generate\`. Tessera itself is Apache-2.0. What runs with it:
`;

/** The text of docs/licences.md. Throws where a package has a licence that nobody has looked at. */
export function licencesDocument() {
  const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8'));
  const installed = Object.entries(packages)
    .filter(([path, { link }]) => path.includes('node_modules/') && !link)
    .map(([path, { version, license, dev }]) => ({
      name: nameOf(path),
      version,
      license,
      dev: dev === true,
    }));
  for (const each of installed) refuseUnknown(each);
  const shipped = installed.filter(({ dev }) => !dev);
  const tools = installed.filter(({ dev }) => dev);
  const notes = Object.entries(EXPLAINED).map(([licence, why]) => `${licence}: ${why}.\n`);
  const ofTools = Object.entries(OF_TOOLS).map(([licence, why]) => `${licence}: ${why}.\n`);
  return [
    HEAD,
    table(shipped),
    ...notes,
    '## Tools\n\nNot shipped: what builds and tests it.\n',
    table(tools),
    ...ofTools,
  ].join('\n');
}

/** Builds for the several platforms are one package under the name with a star. */
function nameOf(path) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  return name.replace(
    /[-/](aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)\w*(-.*)?$/,
    '-*',
  );
}

function refuseUnknown({ name, license, dev }) {
  const known = [...NOTICE, ...Object.keys(EXPLAINED), ...(dev ? Object.keys(OF_TOOLS) : [])];
  const parts = (license ?? 'none').replace(/[()]/g, '').split(/ AND | OR /);
  const unknown = parts.filter((part) => !known.includes(part));
  if (unknown.length > 0)
    throw new Error(
      `Licence ${unknown.join(', ')} of ${name}: see whether it may be used, then scripts/licences.mjs`,
    );
}

/** A row a licence, packages by name. */
function table(packages) {
  const rows = new Map();
  for (const { name, version, license } of packages) {
    const row = rows.get(license) ?? new Set();
    rows.set(license, row.add(`${name} ${version}`));
  }
  const lines = [...rows]
    .sort(byName)
    .map(([license, names]) => `| ${license} | ${[...names].sort().join(', ')} |`);
  return `| licence | packages |\n|---|---|\n${lines.join('\n')}\n`;
}

function byName([a], [b]) {
  return a < b ? -1 : 1;
}
