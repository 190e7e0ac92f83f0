import { unwatchFile, watchFile } from 'node:fs';
import { readTokens, type TokenHolder, Tokens } from './tokens.js';

/** How often the file is looked at, ms. */
const LOOK = 5000;

/** The tokens of a file, read anew when it changes; what is no such file then is left, and the old tokens stay. */
export class TokenFile {
  readonly #path: string;
  readonly #look = () => void this.reload().catch(() => undefined);
  #tokens: Tokens;

  private constructor(path: string, tokens: Tokens) {
    this.#path = path;
    this.#tokens = tokens;
    watchFile(path, { interval: LOOK, persistent: false }, this.#look);
  }

  /** Throws TESSERA_BAD_CREDENTIALS. */
  static async open(path: string): Promise<TokenFile> {
    return new TokenFile(path, new Tokens(await readTokens(path)));
  }

  /** Whose token it is, or undefined. */
  find(token: string): TokenHolder | undefined {
    return this.#tokens.find(token);
  }

  /** Reads the file now. Throws TESSERA_BAD_CREDENTIALS. */
  async reload(): Promise<void> {
    this.#tokens = new Tokens(await readTokens(this.#path));
  }

  close(): void {
    unwatchFile(this.#path, this.#look);
  }
}
