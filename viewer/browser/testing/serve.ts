import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Service, TINY_BUNDLE } from '@tessera/cli/testing';

/** A real `tessera serve` on a folder of its own, which can be killed and come back at the same address. */
export class Serve {
  #service: Service | undefined;
  #http = '127.0.0.1:0';

  private constructor(
    private readonly folder: string,
    private readonly bundle: string,
  ) {}

  static async start(bundle = TINY_BUNDLE): Promise<Serve> {
    const serve = new Serve(await mkdtemp(join(tmpdir(), 'tessera-page-')), bundle);
    await serve.up();
    return serve;
  }

  /** Where the page is. */
  get url(): string {
    return `http://${this.#http}/`;
  }

  /** Starts it; at the address it had before, if it had one. */
  async up(): Promise<void> {
    const state = ['--state', join(this.folder, 'jobs'), '--bundle', this.bundle];
    const listen = ['--http', this.#http, '--grpc', '127.0.0.1:0', '--threads', '1'];
    this.#service = await Service.start(['serve', ...listen, ...state]);
    this.#http = this.#service.http!.replace(/^https?:\/\//, '').replace(/\/$/, '');
  }

  /** Ends it as a crash would, or as Ctrl-C does. */
  async down(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#service?.end(signal);
  }

  async close(): Promise<void> {
    await this.down('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
