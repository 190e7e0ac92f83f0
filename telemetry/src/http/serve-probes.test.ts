import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Exposition } from '../metrics/exposition.js';
import { type ProbeServer, serveProbes } from './serve-probes.js';

describe('a listener for probes', () => {
  let server: ProbeServer;
  let ready = false;

  beforeEach(async () => {
    const exposition = new Exposition({ version: '9', role: 'node' });
    server = await serveProbes('127.0.0.1:0', { exposition, ready: () => ready });
  });

  afterEach(() => server.close());

  const get = (path: string, method = 'GET') => fetch(`http://${server.address}${path}`, { method });

  it('answers metrics as Prometheus reads them', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toContain(
      `tessera_build_info{version="9",role="node",nodejs="${process.version}"} 1`,
    );
  });

  it('is alive whatever else, and ready when the process is', async () => {
    expect([(await get('/livez')).status, (await get('/readyz')).status]).toEqual([200, 503]);
    ready = true;
    expect((await get('/readyz')).status).toBe(200);
  });

  it('answers nothing else', async () => {
    expect((await get('/')).status).toBe(404);
    expect((await get('/metrics', 'POST')).status).toBe(405);
  });

  it('says that an address is taken', async () => {
    const probes = { exposition: new Exposition({ version: '9', role: 'node' }), ready: () => true };
    await expect(serveProbes(server.address, probes)).rejects.toMatchObject({ code: 'TESSERA_PORT_IN_USE' });
  });
});
