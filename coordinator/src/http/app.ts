import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Permission } from '@tessera/farm/security';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs to be allowed; routes without one are open to anyone. */
    permission?: Permission;
  }
}

/** Fastify with types from the schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
