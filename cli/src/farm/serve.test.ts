import { afterEach, describe, expect, it } from 'vitest';
import { TINY_BUNDLE, tessera } from '../testing/command.js';
import { scratchFolder } from '../testing/scratch.js';
import { Service } from '../testing/service.js';

interface JobView {
  readonly id: string;
  readonly state: string;
  readonly progress: { readonly tileSteps: number };
  readonly report?: { readonly latentSha256: string };
}

const scratch = scratchFolder();
const services: Service[] = [];

afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.end('SIGKILL')));
});

async function serve(state: string): Promise<Service> {
  const options = ['--http', '127.0.0.1:0', '--state', scratch(state), '--threads', '1'];
  const service = await Service.start(['serve', ...options, '--bundle', TINY_BUNDLE]);
  services.push(service);
  return service;
}

async function ask<T>({ http }: Service, path: string, body?: object): Promise<T> {
  const post = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  return (await (await fetch(`http://${http}${path}`, post)).json()) as T;
}

/** The job as the last of its events shows it. */
async function atEnd(service: Service, id: string): Promise<JobView> {
  await (await fetch(`http://${service.http}/v1/jobs/${id}/events`)).text();
  return ask(service, `/v1/jobs/${id}`);
}

/** Resolves once some of its tiles are done. */
async function begun(service: Service, id: string): Promise<void> {
  const events = await fetch(`http://${service.http}/v1/jobs/${id}/events`);
  for await (const text of events.body!.pipeThrough(new TextDecoderStream()))
    if (text.includes('event: changed')) return;
}

const ASKED = { width: 1024, height: 1024, seed: '3', format: 'tif' };

describe('tessera serve', () => {
  it('makes a picture that is asked for over HTTP, and goes on with it after kill -9', async () => {
    const [first, second] = await Promise.all([serve('one'), serve('two')]);
    const whole = await ask<JobView>(first, '/v1/jobs', ASKED);
    const { state, report } = await atEnd(first, whole.id);
    expect(state).toBe('done');

    const cut = await ask<JobView>(second, '/v1/jobs', ASKED);
    await begun(second, cut.id);
    await second.end('SIGKILL');
    const { report: again } = await atEnd(await serve('two'), cut.id);
    expect(again?.latentSha256).toBe(report?.latentSha256);
  });

  it('does not open itself to other machines unasked', async () => {
    const options = ['serve', '--http', '0.0.0.0:0', '--state', scratch('jobs'), '--bundle', TINY_BUNDLE];
    const { code, stderr } = await tessera(options);
    expect([code, stderr]).toEqual([2, expect.stringContaining('TESSERA_EXPOSED')]);
  });
});
