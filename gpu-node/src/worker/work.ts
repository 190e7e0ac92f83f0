import type { DeviceWork } from './protocol.js';

/** Adds `more` to `work`, role by role. */
export function addWork(work: DeviceWork, more: DeviceWork): void {
  for (const [role, { rows, seconds }] of Object.entries(more)) {
    const before = work[role] ?? { rows: 0, seconds: 0 };
    work[role] = { rows: before.rows + rows, seconds: before.seconds + seconds };
  }
}
