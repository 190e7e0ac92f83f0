import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inRepository } from './tools.js';

const dockerfile = readFileSync(inRepository('deploy/images/Dockerfile'), 'utf8');
/** Lines of a stage, from its FROM to the next. */
const stage = (name: string) =>
  dockerfile.split(/^(?=FROM )/m).find((text) => text.includes(` AS ${name}\n`))!;

describe('Dockerfile', () => {
  it.each(['coordinator', 'node-cpu', 'node-gpu'])('%s does not run as root', (name) => {
    const parent = /^FROM (\S+)/.exec(stage(name))![1]!;
    const text = parent.startsWith('$') ? stage(name) : stage(parent) + stage(name);
    expect(text).toMatch(/^USER 10001:10001$/m);
  });

  it('fails where the CUDA provider did not come', () => {
    expect(stage('build-gpu')).toMatch(/test -s \S*libonnxruntime_providers_cuda\.so/);
  });
});
