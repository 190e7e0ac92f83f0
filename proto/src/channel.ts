/** Largest message either end sends or takes, bytes. */
export const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/**
 * grpc-js channel and server options for the tensor plane: both ends bounded at 64 MiB, a flow-control window that
 * holds a batch of latents (the default of 64 KiB stalls it), no compression (latents are noise: it only costs time).
 */
export const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  'grpc-node.flow_control_window': 16 * 1024 * 1024,
  'grpc.default_compression_algorithm': 0,
} as const;

/** Key of the metadata of a failed call under which its stable code (TESSERA_...) stands. */
export const ERROR_CODE_KEY = 'tessera-code';
