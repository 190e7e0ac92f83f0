import { createReadStream } from 'node:fs';
import { type Job, JobState } from '@tessera/proto';
import { TesseraError } from '@tessera/tiler';

/** Bytes of a message. */
const CHUNK = 2 ** 18;

/**
 * The bytes of the picture of a job, in order. Throws TESSERA_JOB_STATE for a job that is not done, TESSERA_NOT_FOUND for a picture
 * that was taken away, TESSERA_BAD_ARGUMENT for DeepZoom, which is a folder.
 */
export async function* readPicture({ id, state, output }: Job): AsyncGenerator<Uint8Array, void, undefined> {
  if (state !== JobState.DONE)
    throw TesseraError.expected('TESSERA_JOB_STATE', `job ${id}`, 'a job that is done', JobState[state]);
  if (output.endsWith('.dzi'))
    throw TesseraError.expected('TESSERA_BAD_ARGUMENT', `job ${id}`, 'a picture that is one file', output);
  try {
    for await (const chunk of createReadStream(output, { highWaterMark: CHUNK })) yield chunk as Buffer;
  } catch (cause) {
    throw new TesseraError('TESSERA_NOT_FOUND', `The picture of job ${id} cannot be read`, {
      field: 'id',
      cause,
    });
  }
}
