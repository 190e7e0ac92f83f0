import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OVERLAYS, workloadsOf } from './manifests.js';
import { inRepository, NO_KUBERNETES } from './tools.js';

/** The options of `tessera COMMAND`. */
function optionsOf(command: string): string[] {
  const help = execFileSync(process.execPath, [inRepository('cli/bin/tessera.js'), command, '--help'], {
    encoding: 'utf8',
  });
  return help.match(/--[a-z-]+/g) ?? [];
}

/** Options of a command line that `tessera` does not have. */
function unknown([command, ...args]: readonly string[]): string[] {
  const known = optionsOf(command!);
  return args.map((arg) => arg.split('=')[0]!).filter((option) => !known.includes(option));
}

describe.skipIf(NO_KUBERNETES).each(OVERLAYS)('command lines of %s', (overlay) => {
  it('have only options that tessera has', () => {
    const ours = workloadsOf(overlay)
      .flatMap(({ spec }) => spec.template.spec.containers)
      .filter(({ image }) => image.startsWith('tessera/'));
    expect(ours.length).toBeGreaterThan(1);
    for (const { args } of ours) expect(unknown(args)).toEqual([]);
  });
});

describe('command lines of compose.yaml', () => {
  it('have only options that tessera has', () => {
    const { services } = parse(readFileSync(inRepository('deploy/images/compose.yaml'), 'utf8'), {
      merge: true,
    });
    expect(unknown(services.coordinator.command)).toEqual([]);
    expect(unknown(services.node.command)).toEqual([]);
  });

  it('are told apart from ones that tessera does not have', () => {
    expect(unknown(['node', '--listen=0.0.0.0:1', '--colour=red'])).toEqual(['--colour']);
  });
});
