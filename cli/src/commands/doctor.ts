import { Command } from 'commander';
import { CHECKS, type Finding } from '../doctor/checks.js';

/** `tessera doctor`: whether this machine can render, and what to do where it cannot. Exit code 1 if something is wrong. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Says whether this machine can render, and what to do where it cannot.')
    .option('--json', 'one JSON document on standard output (default: off)')
    .action(async ({ json }: { json?: true }) => {
      const findings: Finding[] = [];
      for (const check of CHECKS) findings.push(await check());
      process.stdout.write(
        json ? `${JSON.stringify(findings, undefined, 2)}\n` : findings.map(line).join(''),
      );
      if (!findings.every(({ ok }) => ok)) process.exitCode = 1;
    });
}

function line({ ok, what, found, todo }: Finding): string {
  const advice = todo === undefined ? '' : `\n      ${todo}`;
  return `${ok ? 'ok  ' : 'bad '}  ${what.padEnd(14)} ${found}${advice}\n`;
}
