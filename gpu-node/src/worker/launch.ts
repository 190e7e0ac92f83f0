import type { DeviceCalls } from './protocol.js';
import { Thread } from './thread.js';

/** The thread of a device. */
export type DeviceThread = Thread<DeviceCalls>;

/**
 * Starts the thread of a device that is named later, by `Device.start`: loading ONNX Runtime takes it as long as a command takes
 * to load. Until then it keeps no process alive.
 */
export function launchThread(): DeviceThread {
  const thread: DeviceThread = new Thread(new URL('./main.js', import.meta.url));
  thread.unref();
  return thread;
}
