import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { serviceError } from '../service/errors.js';
import type { Access } from './access.js';
import type { Permission } from './role.js';

/** The methods of a service definition as ts-proto writes them. */
type Methods = Readonly<Record<string, { readonly path: string }>>;

/** What each method of a service needs; a method that is forgotten does not compile. */
export type MethodPermissions<Service extends Methods> = Readonly<Record<keyof Service, Permission>>;

const HEALTH = '/grpc.health.v1.Health/';

/**
 * Refuses calls before their message is read: with UNAUTHENTICATED, or with PERMISSION_DENIED for a role that may not. Health is
 * anyone's to ask, and says no more than SERVING; all that has no permission of its own is refused.
 */
export function authorize<Service extends Methods>(
  access: Access,
  service: Service,
  needs: MethodPermissions<Service>,
): ServerInterceptor {
  const permissions = new Map(
    Object.entries(service).map(([method, { path }]) => [path, needs[method as keyof Service]]),
  );
  return ({ path }, call) => {
    if (!access.restricted || path.startsWith(HEALTH)) return new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const [authorization] = metadata.get('authorization');
            const subject = call.getAuthContext().sslPeerCertificate?.subject;
            try {
              access.check({ authorization: authorization?.toString(), subject }, permissions.get(path)!);
            } catch (error) {
              call.sendStatus(serviceError(error) as Parameters<typeof call.sendStatus>[0]);
              return;
            }
            pass(metadata);
          },
        }),
    });
  };
}
