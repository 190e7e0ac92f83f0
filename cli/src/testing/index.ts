export { TINY_BUNDLE, tessera } from './command.js';
export { peakMiB, residentMiB } from './process-memory.js';
export { requestOf } from './request-of.js';
export { Service } from './service.js';
