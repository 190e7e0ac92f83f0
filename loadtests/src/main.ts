// `npm run loadtest -- PROFILE`: prints a page of Markdown and keeps it, with the numbers as JSON, in loadtests/results.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROFILES, type ProfileName } from './profiles.js';
import { markdown } from './report.js';
import { runProfile } from './run-profile.js';

const names = Object.keys(PROFILES);
const [name = 'short'] = process.argv.slice(2);

if (names.includes(name)) await run(name as ProfileName);
else {
  const about = Object.entries(PROFILES).map(([one, profile]) => `  ${one.padEnd(7)} ${profile.about}`);
  console.error(`Expected a profile but got '${name}':\n${about.join('\n')}`);
  process.exitCode = 2;
}

async function run(profile: ProfileName): Promise<void> {
  const result = await runProfile(PROFILES[profile]);
  const page = markdown(profile, result);
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${profile}.json`, JSON.stringify(result, undefined, 2));
  writeFileSync(`${folder}${profile}.md`, page);
  console.log(page);
  if (!result.control.kept) process.exitCode = 1;
}
