export type { CheckContent, HttpContext } from './context.js';
export { HttpServer, type HttpServerOptions } from './http-server.js';
export type { Content } from './schema/submit-job.js';
