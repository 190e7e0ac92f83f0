export { TINY_BUNDLE, tessera } from './command.js';
export { requestOf } from './request-of.js';
export { Service } from './service.js';
