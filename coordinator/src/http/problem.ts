import { ERROR_CODES, type ErrorCode, TesseraError } from '@tessera/tiler';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from './schema/problem.js';
import { ref } from './schema/ref.js';

const MEDIA_TYPE = 'application/problem+json';

/** What is at fault may be a file or a job too. */
const FIELD = /^[\w.-]+$/;

/** What Fastify itself refuses, by its status. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  404: 'TESSERA_NOT_FOUND',
  413: 'TESSERA_TOO_LARGE',
};

/** Fastify's `frameworkErrors`: what it refuses before it knows of a route, such as a path that is too long. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  send(request, reply, problemOf(error));
}

/** Answers every failure as a problem detail (RFC 9457) with a code of the error table. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => send(request, reply, problemOf(error)));
  app.setNotFoundHandler((request, reply) => {
    const error = new TesseraError('TESSERA_NOT_FOUND', `There is no ${request.method} ${pathOf(request)}`);
    return send(request, reply, problemOf(error));
  });
}

/** Says in the description of every route below /v1 how it refuses; for routes that are added later. */
export function describeProblems(app: FastifyInstance): void {
  const refused = { description: 'Refused, or failed', content: { [MEDIA_TYPE]: { schema: ref(Problem) } } };
  app.addHook('onRoute', ({ url, schema }) => {
    if (!url.startsWith('/v1') || schema === undefined) return;
    schema.response = { ...(schema.response as object), '4xx': refused, '5xx': refused };
  });
}

/** The problem that an error is. */
export function problemOf(error: FastifyError | TesseraError): Problem {
  const invalid = 'validation' in error ? error.validation : undefined;
  if (invalid !== undefined) {
    const errors = invalid.map(({ instancePath, params, message }) => ({
      field: fieldOf(instancePath, params),
      message: message ?? 'is not valid',
    }));
    const detail = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
    return { ...problem('TESSERA_BAD_ARGUMENT', detail), errors };
  }
  if (error instanceof TesseraError) {
    const { code, message, field } = error;
    const errors = field !== undefined && FIELD.test(field) && [{ field: named(field), message }];
    return { ...problem(code, message), ...(errors && { errors }) };
  }
  const status = 'statusCode' in error ? (error.statusCode ?? 500) : 500;
  const code = CODES[status] ?? (status < 500 ? 'TESSERA_BAD_ARGUMENT' : 'TESSERA_INTERNAL');
  // What a fault of our own says may hold paths and addresses.
  const detail = code === 'TESSERA_INTERNAL' ? ERROR_CODES[code].about : error.message;
  return { ...problem(code, detail), status };
}

function problem(code: ErrorCode, detail: string): Problem {
  const { about, http } = ERROR_CODES[code];
  return { type: `urn:tessera:problem:${code}`, title: about, status: http, detail, code };
}

function send(request: FastifyRequest, reply: FastifyReply, answer: Problem) {
  return reply
    .code(answer.status)
    .type(MEDIA_TYPE)
    .send(JSON.stringify({ ...answer, instance: pathOf(request) }));
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!;
}

/** JSON pointer of a wrong value, or of one that is missing or too many, with dots. */
function fieldOf(pointer: string, params: Record<string, unknown>): string {
  const missing = params.missingProperty ?? params.additionalProperty;
  const path = pointer.split('/').slice(1);
  const names = Array.isArray(params.requiredProperties) ? params.requiredProperties : [missing];
  return [...path, ...names.filter((name) => typeof name === 'string')].join('.') || 'request';
}

/** A field as the API writes it: options of the command line are `--guidance-scale`, settings `settings.width`. */
function named(field: string): string {
  return field
    .replace(/^--/, '')
    .replace(/^settings\./, '')
    .replace(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());
}
