import { readdir, readFile } from 'node:fs/promises';
import type { RenderReport } from '@tessera/coordinator';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPartial } from '../output/partial.js';
import { type Ended, TINY_BUNDLE, tessera } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';

const scratch = scratchFolder();
const PICTURE = ['render', '--bundle', TINY_BUNDLE, '--size', '700x700', '--seed', '7'];
let command: string[];
beforeEach(() => {
  command = [...PICTURE, '--out', scratch('picture.tif')];
});

/** Runs the command and does something once it has begun to sample. */
function onceSampling(act: (kill: (signal: NodeJS.Signals) => void) => void): Promise<Ended> {
  let acted = false;
  return tessera(command, (text, kill) => {
    if (acted || !text.includes('tile-steps')) return;
    acted = true;
    act(kill);
  });
}

async function latents(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tessera([...args, '--json']);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stdout) as RenderReport).latentSha256;
}

describe('a render that is stopped', () => {
  it.each(['SIGINT', 'SIGKILL'] as const)(
    'by %s goes on with the same command to the same picture',
    async (signal) => {
      const stopped = await onceSampling((kill) => kill(signal));
      expect(stopped.code).toBe(signal === 'SIGINT' ? 130 : null);
      if (signal === 'SIGINT') expect(stopped.stderr).toContain('The same command goes on from');
      expect(await readdir(scratch())).toEqual(['picture.tif.partial']);
      const resumed = await latents(command);
      expect(resumed).toBe(await latents([...PICTURE, '--out', scratch('whole.tif')]));
      expect((await readdir(scratch())).sort()).toEqual(['picture.tif', 'whole.tif']);
    },
  );

  it('is not gone on with under other settings, but begun again with --force', async () => {
    await onceSampling((kill) => kill('SIGINT'));
    const settings = await readFile(scratch('picture.tif.partial/settings.json'), 'utf8');
    const refused = await tessera([...command, '--steps', '3']);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('TESSERA_STATE_MISMATCH: Expected 4 for --steps');
    expect(await readFile(scratch('picture.tif.partial/settings.json'), 'utf8')).toBe(settings);
    expect((await tessera([...command, '--steps', '3', '--force'])).code).toBe(0);
  });
});

describe('an output that another process writes', () => {
  it('is left alone, even with --force', async () => {
    const work = await openPartial(scratch('picture.tif'), {}, false);
    const { code, stderr } = await tessera([...command, '--force']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('TESSERA_OUTPUT_BUSY')]);
    await work.keep();
    expect(await readdir(scratch('picture.tif.partial'))).toEqual(['settings.json']);
  });
});
