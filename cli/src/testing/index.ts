export { TINY_BUNDLE, tessera } from './command.js';
export { Service } from './service.js';
