import { Ajv } from 'ajv';
import type { App } from './app.js';
import { SCHEMAS } from './schema/index.js';

// The first fault alone: to list all of a million keys takes ten seconds.
const OPTIONS = { allErrors: false, useDefaults: true, strict: false } as const;

/**
 * Checks requests by their schemas. What stands in an address or a header is text, which is read as what it should be; JSON has
 * types of its own and is taken at its word.
 */
export function validateRequests(app: App): void {
  const literal = new Ajv(OPTIONS);
  const fromText = new Ajv({ ...OPTIONS, coerceTypes: 'array' });
  for (const schema of SCHEMAS) {
    literal.addSchema(schema);
    fromText.addSchema(schema);
  }
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? literal : fromText).compile(schema),
  );
}
