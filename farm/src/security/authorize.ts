import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { serviceError } from '../service/errors.js';
import type { Gate } from './gate.js';
import type { Permission } from './role.js';

/** The methods of a service definition as ts-proto writes them. */
type Methods = Readonly<Record<string, { readonly path: string }>>;

/** What each method of a service needs; a method that is forgotten does not compile. */
export type MethodPermissions<Service extends Methods> = Readonly<Record<keyof Service, Permission>>;

const HEALTH = '/grpc.health.v1.Health/';

/**
 * Refuses calls before their message is read: with UNAUTHENTICATED, with PERMISSION_DENIED for a role that may not, with
 * RESOURCE_EXHAUSTED for a caller that asks too much. Health is
 * anyone's to ask, and says no more than SERVING; all that has no permission of its own is refused.
 */
export function authorize<Service extends Methods>(
  gate: Gate,
  service: Service,
  needs: MethodPermissions<Service>,
): ServerInterceptor {
  const permissions = new Map(
    Object.entries(service).map(([method, { path }]) => [path, needs[method as keyof Service]]),
  );
  return ({ path }, call) => {
    if (gate.open || path.startsWith(HEALTH)) return new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const [authorization] = metadata.get('authorization');
            const presented = {
              authorization: authorization?.toString(),
              subject: call.getAuthContext().sslPeerCertificate?.subject,
            };
            const from = call.getPeer().replace(/:\d+$/, '');
            gate.admit(presented, permissions.get(path)!, from).then(
              () => pass(metadata),
              (error) => call.sendStatus(serviceError(error) as Parameters<typeof call.sendStatus>[0]),
            );
          },
        }),
    });
  };
}
