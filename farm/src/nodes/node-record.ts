import { type Static, Type } from '@tessera/tiler/schema';
import { decodeRecord, encodeRecord } from '../record/decode-record.js';

/** Names are keys of the bucket: letters, digits, `-`, `_` and inner dots, at most 63 in all. */
const NodeName = Type.String({ pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$', maxLength: 63 });
const Text = Type.String({ maxLength: 256 });

export const NodeRecordSchema = Type.Object({
  name: NodeName,
  /** gRPC `host:port` that coordinators call. */
  address: Type.String({ pattern: '^.+:[0-9]{1,5}$', maxLength: 256 }),
  /** Differs from start to start: two processes of one name are told apart by it. */
  instance: Type.String({ minLength: 1, maxLength: 64 }),
  /** Version of the software. */
  version: Text,
  /** ONNX Runtime's execution providers and their index: `cpu`, `cuda:0`. */
  devices: Type.Array(Text, { maxItems: 64 }),
  /** Loaded and measured, as `DescribeResponse` gives them. */
  bundles: Type.Array(
    Type.Object({
      /** SHA-256 of manifest.json, lower-case hex. */
      digest: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      name: Text,
      /** Most evaluations in one run. */
      batch: Type.Integer({ minimum: 1 }),
      /** Device seconds of one denoiser evaluation of one tile at that batch. */
      secondsPerEvaluation: Type.Number({ minimum: 0 }),
      /** Class of numerics: nodes of one class give the same bytes. */
      numerics: Text,
    }),
    { maxItems: 256 },
  ),
  /** Finishes what is in flight and takes nothing new. */
  draining: Type.Boolean(),
});

/** What a node says of itself. */
export type NodeRecord = Static<typeof NodeRecordSchema>;

/** Largest record, bytes of JSON. */
export const MAX_NODE_RECORD = 64 * 1024;

/** Throws TESSERA_BAD_MESSAGE for anything but a record of at most 64 KiB. */
export function decodeNodeRecord(bytes: Uint8Array): NodeRecord {
  return decodeRecord(NodeRecordSchema, bytes, { name: 'node record', most: MAX_NODE_RECORD });
}

/** Throws TESSERA_BAD_ARGUMENT if the record is larger than 64 KiB. */
export function encodeNodeRecord(record: NodeRecord): Uint8Array {
  return encodeRecord(record, { name: 'node record', most: MAX_NODE_RECORD });
}
