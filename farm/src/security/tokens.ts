import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { TesseraError } from '@tessera/tiler';
import { type Static, Type, Value } from '@tessera/tiler/schema';
import { TOKEN_ROLES } from './role.js';

const TokensSchema = Type.Object(
  {
    tokens: Type.Array(
      Type.Object(
        {
          /** Who has it: what logs say. */
          name: Type.String({ pattern: '^[A-Za-z0-9._@-]{1,64}$' }),
          role: Type.Enum([...TOKEN_ROLES]),
          /** SHA-256 of the token, lower-case hex. */
          sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 10_000 },
    ),
  },
  { additionalProperties: false },
);

/** What a file of tokens holds: never a token, only its digest. */
export type TokenRecords = Static<typeof TokensSchema>['tokens'];

/** Who a token belongs to. */
export type TokenHolder = Pick<TokenRecords[number], 'name' | 'role'>;

/** A new token: 256 random bits under a prefix that scanners for leaked secrets can look for. */
export function newToken(): string {
  return `tessera_${randomBytes(32).toString('base64url')}`;
}

/**
 * The digest that is kept. SHA-256 and not a slow hash: 256 random bits cannot be guessed however fast one may try, and a slow
 * hash on every request would be a way to keep the coordinator busy.
 */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Reads a file of tokens. Throws TESSERA_BAD_CREDENTIALS. */
export async function readTokens(path: string): Promise<TokenRecords> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    // What JSON.parse says repeats what it read.
    const why = cause instanceof SyntaxError ? 'it is not JSON' : (cause as Error).message;
    throw new TesseraError('TESSERA_BAD_CREDENTIALS', `Cannot read the tokens in ${path}: ${why}`, {
      field: path,
    });
  }
  if (Value.Check(TokensSchema, content)) return content.tokens;
  const { instancePath, message } = [...Value.Errors(TokensSchema, content)][0]!;
  throw new TesseraError('TESSERA_BAD_CREDENTIALS', `${path}: ${instancePath || 'the whole'} ${message}`, {
    field: path,
  });
}

/** The tokens that are let in. */
export class Tokens {
  readonly #known: readonly { holder: TokenHolder; digest: Buffer }[];

  constructor(records: TokenRecords) {
    this.#known = records.map(({ name, role, sha256 }) => ({
      holder: { name, role },
      digest: Buffer.from(sha256, 'hex'),
    }));
  }

  /** Whose token it is, or undefined. How long that takes does not depend on which it is, or how much of it is right. */
  find(token: string): TokenHolder | undefined {
    const digest = createHash('sha256').update(token).digest();
    let found: TokenHolder | undefined;
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) found = known.holder;
    return found;
  }
}
