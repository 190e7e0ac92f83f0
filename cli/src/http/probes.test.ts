import { afterEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';
import { Service } from '../testing/service.js';

const scratch = scratchFolder();
let service: Service | undefined;

afterEach(() => service?.end('SIGKILL'));

describe('what is asked of tessera serve by those who operate it', () => {
  it('is answered by the HTTP API, for coordinator and node together', async () => {
    const options = ['--http', '127.0.0.1:0', '--metrics', '127.0.0.1:0', '--threads', '1', '--batch', '4'];
    service = await Service.start(['serve', ...options, '--state', scratch('jobs'), '--bundle', TINY_BUNDLE]);
    const get = (path: string, where = service!.http) => fetch(`http://${where}${path}`);
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    const text = await metrics.text();
    expect(text).toContain('tessera_nodes{state="ready"}');
    expect(text).toContain('tessera_node_bundle_batch{bundle="tiny"} 4');
    expect(await (await get('/metrics', service.metrics)).text()).toContain('role="serve"');
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 200]);
  });
});
