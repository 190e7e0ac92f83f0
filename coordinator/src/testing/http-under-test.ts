import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpServer } from '../http/http-server.js';
import type { JobView } from '../http/schema/job.js';
import type { AnsweredCall } from '../observe/answered-call.js';
import { SIMULATED_DIGEST, SIMULATED_MANIFEST } from '../simulation/simulated-job.js';
import { type BoardUnderTest, openBoard, simulatedGrid } from './board-under-test.js';

/** What `submit` asks for: small, of a few steps. */
export const SMALL_REQUEST = { width: 150, height: 120, seed: '7', steps: 3, format: 'tif' };

/** The HTTP API over a board of its own, with the simulated bundle. */
export class HttpUnderTest {
  opened: BoardUnderTest;
  /** Requests that are over. */
  readonly calls: AnsweredCall[] = [];
  #server!: HttpServer;
  readonly #root: string;
  private constructor(root: string, opened: BoardUnderTest) {
    this.#root = root;
    this.opened = opened;
  }

  static async start(): Promise<HttpUnderTest> {
    const root = await mkdtemp(join(tmpdir(), 'tessera-http-'));
    const http = new HttpUnderTest(root, await openBoard(root));
    await http.#serve();
    return http;
  }

  /** The same jobs with all else new, at another address; without nodes. */
  async restart(): Promise<void> {
    await this.#close();
    this.opened = await openBoard(this.#root);
    await this.#serve();
  }

  async stop(): Promise<void> {
    await this.#close();
    await rm(this.#root, { recursive: true, force: true });
  }

  async #close(): Promise<void> {
    await this.#server.close();
    await this.opened.close();
  }

  async #serve(): Promise<void> {
    const { board, farm, live, kept, changes } = this.opened;
    this.#server = await HttpServer.start({
      listen: '127.0.0.1:0',
      version: 'test',
      jobs: board,
      farm,
      live,
      kept,
      changes,
      bundles: new Map([[SIMULATED_DIGEST, SIMULATED_MANIFEST]]),
      checkContent: async () => {},
      makeGrid: simulatedGrid,
      observeCall: (call) => this.calls.push(call),
    });
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`http://${this.#server.address}${path}`, init);
  }

  /** Body of an answer that must be good. */
  async get<T>(path: string): Promise<T> {
    const answer = await this.fetch(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    return this.fetch(path, {
      method: 'POST',
      headers: { ...content, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  async submit(changes: object = {}): Promise<JobView> {
    const answer = await this.post('/v1/jobs', { ...SMALL_REQUEST, ...changes });
    if (answer.status !== 201) throw new Error(await answer.text());
    return (await answer.json()) as JobView;
  }

  /** The job once it has ended. */
  async ended(id: string): Promise<JobView> {
    for await (const _ of this.opened.board.watch(id, new AbortController().signal));
    return await this.get(`/v1/jobs/${id}`);
  }

  /** Events of a stream until it ends, or `until` says so. */
  async *events(path: string, headers: Record<string, string> = {}): AsyncGenerator<ServerSentEvent> {
    const answer = await this.fetch(path, { headers });
    let text = '';
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = field('data');
        if (data !== undefined) yield { id: field('id'), event: field('event')!, data: JSON.parse(data) };
      }
    }
  }
}

export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: each kind of event has a shape of its own.
  readonly data: any;
}
