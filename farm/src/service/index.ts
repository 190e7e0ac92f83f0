export { bind } from './bind.js';
export { serviceError } from './errors.js';
export { streaming, unary } from './methods.js';
