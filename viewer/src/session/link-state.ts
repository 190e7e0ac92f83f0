import { computed, signal } from '@preact/signals';

/** Streams that should be open and are not, by name. */
const lost = signal<ReadonlySet<string>>(new Set());

/** False while the coordinator cannot be reached. */
export const connected = computed(() => lost.value.size === 0);

/** Notes whether a stream is open. */
export function noteLink(name: string, live: boolean): void {
  if (lost.value.has(name) !== live) return;
  const now = new Set(lost.value);
  if (live) now.delete(name);
  else now.add(name);
  lost.value = now;
}
