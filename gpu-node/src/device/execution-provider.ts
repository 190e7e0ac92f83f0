import { TesseraError } from '@tessera/tiler/device';
import type { InferenceSession } from 'onnxruntime-node';
import ort from 'onnxruntime-node';

/**
 * ONNX Runtime's execution provider for a device string: a provider's name, with a device number after a colon if there
 * are several ("cpu", "cuda:0", "webgpu"). Throws TESSERA_DEVICE_UNAVAILABLE for one that this build of ONNX Runtime does
 * not have; whether its device is there shows when the first graph is loaded.
 */
export function executionProvider(device: string): InferenceSession.ExecutionProviderConfig {
  const [, name = '', index] = /^([a-z]+)(?::(\d{1,4}))?$/.exec(device) ?? [];
  const known = availableProviders();
  if (!known.includes(name))
    throw TesseraError.expected(
      'TESSERA_DEVICE_UNAVAILABLE',
      'device',
      `one of ${known.join(', ')}, with :N for the N-th device,`,
      device,
    );
  return index === undefined
    ? name
    : ({ name, deviceId: Number(index) } as InferenceSession.ExecutionProviderConfig);
}

/** Execution providers that this build of ONNX Runtime has, as `--device` names them. */
export function availableProviders(): string[] {
  return ort.listSupportedBackends().map((backend) => backend.name);
}
