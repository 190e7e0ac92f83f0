/** What may be asked for. */
export type Permission = 'view' | 'submit' | 'operate' | 'compute';

const PERMISSIONS = {
  /** Jobs, nodes, pictures. */
  viewer: ['view'],
  /** Also new jobs, and to cancel, pause and resume those there are. */
  submitter: ['view', 'submit'],
  /** Also what concerns the farm as a whole. */
  operator: ['view', 'submit', 'operate'],
  /** A coordinator is trusted with all, and alone may have nodes compute. */
  coordinator: ['view', 'submit', 'operate', 'compute'],
  /** A node serves; it has nothing to ask for. */
  node: [],
} as const satisfies Record<string, readonly Permission[]>;

/** Who somebody is, by a certificate or a token. */
export type Role = keyof typeof PERMISSIONS;

/** Roles that a token can have; those of services need a certificate. */
export const TOKEN_ROLES = ['viewer', 'submitter', 'operator'] as const satisfies readonly Role[];

/** True if a role may do that. */
export function permits(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[role] as readonly Permission[]).includes(permission);
}

const PREFIX = 'tessera:';

/**
 * The role that a certificate gives: of its subject's organisations (O) the first `tessera:ROLE`, as Kubernetes reads groups
 * from certificates. Undefined if there is none.
 */
export function roleOf(organisations: string | readonly string[] | undefined): Role | undefined {
  for (const organisation of [organisations ?? []].flat()) {
    const role = organisation.startsWith(PREFIX) ? organisation.slice(PREFIX.length) : '';
    if (Object.hasOwn(PERMISSIONS, role)) return role as Role;
  }
  return undefined;
}
