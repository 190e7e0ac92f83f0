import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../testing/scratch.js';
import { printSettings } from './print.js';
import { resolveSettings, type Sources, valuesOf } from './resolve.js';
import type { Section } from './settings.js';

const scratch = scratchFolder();

/** Path of a file with that text. */
function file(text: string): string {
  const path = scratch('tessera.yaml');
  writeFileSync(path, text);
  return path;
}

const resolve = (section: Section, sources: Partial<Sources>) =>
  resolveSettings(section, { flags: {}, environment: {}, file: undefined, ...sources });

const LISTEN = { listen: '127.0.0.1:0' };

describe('the settings of a command', () => {
  it('come from the flag, else the variable, else the file, else the default', () => {
    const path = file('node: { listen: "a:1", name: in-file, threads: 3 }');
    const environment = { TESSERA_NAME: 'in-environment', TESSERA_THREADS: '2' };
    const resolved = resolve('node', { flags: { threads: '1' }, environment, file: path });
    const found = Object.fromEntries(resolved.map(({ name, value, source }) => [name, [value, source]]));
    expect(found).toMatchObject({
      threads: [1, '--threads'],
      name: ['in-environment', 'TESSERA_NAME'],
      listen: ['a:1', `${path}: node.listen`],
      device: ['cpu', 'default'],
      batch: [undefined, 'default'],
    });
  });

  it('are read from the file that TESSERA_CONFIG names', () => {
    const environment = { TESSERA_CONFIG: file('node: { listen: "a:1" }') };
    expect(valuesOf(resolve('node', { environment }))).toMatchObject({ listen: 'a:1' });
  });

  it.each<[string, Partial<Sources>, string[]]>([
    ['a repeated flag', { flags: { ...LISTEN, bundle: ['a', 'b'] } }, ['a', 'b']],
    ['text with commas', { flags: LISTEN, environment: { TESSERA_BUNDLE: 'a,b' } }, ['a', 'b']],
  ])('may be several: %s', (_, sources, expected) => {
    expect(valuesOf(resolve('node', sources))).toMatchObject({ bundle: expected });
  });

  it.each([
    ['bundle: a', ['a']],
    ['bundle: [a, b]', ['a', 'b']],
  ])('may be several in a file: %s', (text, expected) => {
    const path = file(`node:\n  ${text}`);
    expect(valuesOf(resolve('node', { flags: LISTEN, file: path }))).toMatchObject({ bundle: expected });
  });

  it.each([
    ['--threads', { flags: { ...LISTEN, threads: '0' } }],
    ['TESSERA_THREADS', { flags: LISTEN, environment: { TESSERA_THREADS: '1.5' } }],
  ])('out of range name their source: %s', (source, sources) => {
    expect(() => resolve('node', sources)).toThrow(
      expect.objectContaining({
        code: 'TESSERA_BAD_ARGUMENT',
        field: source,
        message: expect.stringContaining('a whole number from 1 to 1024'),
      }),
    );
  });

  it.each([
    ['node: { threads: "many" }', 'node.threads but got'],
    ['coordinator: { grpc: 5 }', 'coordinator.grpc but got 5'],
    ['node: { thread: 1 }', "Unknown key 'thread' in FILE: node; did you mean threads?"],
    ['nodes: {}', "Unknown key 'nodes' in FILE; did you mean node?"],
    ['node: [1]', 'a mapping of names'],
    ['just text', 'a mapping of names'],
    ['node: { name: a, name: b }', 'unique'],
    ['node: {', 'FILE: '],
  ])('are refused in a file that is wrong anywhere: %s', (text, message) => {
    const path = file(text);
    expect(() => resolve('client', { flags: { coordinator: 'a:1' }, file: path })).toThrow(
      expect.objectContaining({
        code: 'TESSERA_BAD_ARGUMENT',
        message: expect.stringContaining(message.replace('FILE', path)),
      }),
    );
  });

  it('are refused where a variable has a name that is none', () => {
    expect(() => resolve('node', { flags: LISTEN, environment: { TESSERA_THREDS: '1' } })).toThrow(
      /TESSERA_THREDS.* did you mean TESSERA_THREADS/,
    );
  });

  it('come with variables of other commands and of Kubernetes', () => {
    const environment = {
      TESSERA_GRPC: 'a:1',
      TESSERA_COORDINATOR_SERVICE_HOST: '10.0.0.1',
      TESSERA_COORDINATOR_PORT_50051_TCP_ADDR: '10.0.0.1',
    };
    expect(valuesOf(resolve('node', { flags: LISTEN, environment }))).toMatchObject(LISTEN);
  });

  it('say what is required and how to give it', () => {
    expect(() => resolve('node', {})).toThrow(/--listen \(or TESSERA_LISTEN, or node.listen in --config\)/);
  });

  it('do not repeat a password that was put into a URL', () => {
    const flags = { ...LISTEN, nats: ['nats://me:hidden@hub:4222'] };
    expect(() => resolve('node', { flags })).toThrow(/^(?!.*hidden).*nats:/);
  });
});

describe('--print-config', () => {
  it('prints a file that gives the same values', () => {
    const flags = { ...LISTEN, bundle: ['a', 'b'], threads: '2' };
    const before = resolve('node', { flags });
    const printed = file(printSettings('node', before, false));
    expect(valuesOf(resolve('node', { file: printed }))).toEqual(valuesOf(before));
  });

  it('says as JSON where each value is from', () => {
    const text = printSettings('node', resolve('node', { flags: LISTEN }), true);
    expect(JSON.parse(text).node).toMatchObject({
      listen: { value: '127.0.0.1:0', source: '--listen' },
      name: { value: null, source: 'default' },
    });
  });
});
