// `npm run audit`: known vulnerabilities of what is shipped. Ends with 1 for one that is not explained here; where the registry
// answers no audits it says so and ends with 0.
import { spawnSync } from 'node:child_process';
import { ROOT } from './run.mjs';

/** Advisories (GHSA-...) that do not concern us, each with the reason. */
const EXPLAINED = {};

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: ROOT, encoding: 'utf8' });
const { vulnerabilities } = parse(stdout);
if (vulnerabilities === undefined) {
  console.log('Not audited: the registry answers no audits.');
} else {
  const advisories = Object.values(vulnerabilities).flatMap(({ via }) =>
    via.filter((each) => typeof each === 'object'),
  );
  const open = advisories.filter(({ url }) => EXPLAINED[url.split('/').at(-1)] === undefined);
  for (const { name, severity, title, url } of open) console.error(`${name}: ${severity}: ${title} (${url})`);
  if (open.length === 0) console.log(`Audited: ${advisories.length} advisories, all explained.`);
  else process.exitCode = 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
