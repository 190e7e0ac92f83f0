import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { TesseraError } from '../error/tessera-error.js';
import type { Format } from './format.js';
import type { PictureInfo } from './picture.js';

const DIGEST_BYTES = 32;
const VERSION = 1;

/** Serialises a writer's state (typed arrays and maps included) under its SHA-256 and the picture that it belongs to. */
export function sealState(picture: string, content: unknown): Uint8Array {
  const body = serialize({ picture, content });
  return Buffer.concat([sha256(body), body]);
}

/**
 * The content of a sealed state.
 *
 * @throws TESSERA_BAD_STATE if it is damaged, TESSERA_STATE_MISMATCH if it belongs to another picture
 */
export function unsealState(picture: string, sealed: Uint8Array): unknown {
  // A copy: the arrays of the content are views of it, and the writer goes on to change them.
  const body = new Uint8Array(sealed.subarray(DIGEST_BYTES));
  if (!sha256(body).equals(sealed.subarray(0, DIGEST_BYTES)))
    throw TesseraError.expected(
      'TESSERA_BAD_STATE',
      'resumeFrom',
      'an undamaged state',
      `${sealed.length} bytes of another hash`,
    );
  const state = deserialize(body) as { picture: string; content: unknown };
  if (state.picture !== picture)
    throw TesseraError.expected(
      'TESSERA_STATE_MISMATCH',
      'resumeFrom',
      'a state of the same picture',
      'one of other settings',
    );
  return state.content;
}

/** Identifies a picture by everything that decides its file. */
export function pictureKey(format: Format, info: PictureInfo): string {
  return sha256(JSON.stringify([VERSION, format, info])).toString('hex');
}

function sha256(data: Uint8Array | string): Buffer {
  return createHash('sha256').update(data).digest();
}
