import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

it('tracing that is off loads nothing of the SDK', () => {
  const index = new URL('../index.js', import.meta.url).href;
  // The SDK is CommonJS: what is loaded of it is in the cache.
  const script = `
    import Module from 'node:module';
    const { openTracing } = await import(${JSON.stringify(index)});
    await openTracing({ role: 'node', name: 'one', version: '0' }, JSON.parse(process.argv[1]));
    console.log(Object.keys(Module._cache).filter((path) => path.includes('sdk-trace')).length);`;
  const loaded = (environment: object) =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(environment)], {
        encoding: 'utf8',
      }),
    );
  expect(loaded({})).toBe(0);
  expect(loaded({ OTEL_TRACES_EXPORTER: 'otlp' })).toBeGreaterThan(0);
});
