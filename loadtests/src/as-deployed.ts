/** Flags of Node.js that the image of the coordinator sets (deploy/images/Dockerfile): a bound for its heap. */
export const HEAP_FLAGS: readonly string[] = ['--max-old-space-size=192', '--max-semi-space-size=8'];

/** MALLOC_ARENA_MAX of that image: glibc keeps what each thread has freed, in arenas of its own. */
export const MALLOC_ARENAS = '2';
