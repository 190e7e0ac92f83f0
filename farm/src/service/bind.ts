import { logVerbosity, type Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { TesseraError } from '@tessera/tiler';

// What goes wrong comes as an error or a status; grpc-js would say it on stderr as well.
if (process.env.GRPC_VERBOSITY === undefined) setLogVerbosity(logVerbosity.NONE);

/**
 * Binds `server` to `listen`, host:port with 0 for any free port. Returns host:port as it became. Throws
 * TESSERA_PORT_IN_USE, or TESSERA_BAD_ARGUMENT for what is no address of this machine.
 */
export function bind(
  server: Server,
  listen: string,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!/:\d+$/.test(listen))
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'listen', 'host:port', listen);
    server.bindAsync(listen, credentials, (error, port) => {
      if (!error) return resolve(listen.replace(/\d+$/, String(port)));
      reject(
        error.message.includes('EADDRINUSE')
          ? TesseraError.expected('TESSERA_PORT_IN_USE', 'listen', 'a free address', listen)
          : new TesseraError('TESSERA_BAD_ARGUMENT', `Cannot listen on ${listen}: ${error.message}`, {
              field: 'listen',
              cause: error,
            }),
      );
    });
  });
}
