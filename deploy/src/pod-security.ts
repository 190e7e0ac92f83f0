// biome-ignore-all lint/suspicious/noExplicitAny: pod specs, whose shape schemas.test.ts checks.

/** Volumes that the profile allows. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * What the Pod Security Standards' `restricted` profile forbids in a pod, a line each, and one thing more: a root file system
 * that can be written to.
 */
export function violations(spec: any): string[] {
  const containers: any[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const wrong = containers.flatMap((container) =>
    containerViolations(container.securityContext ?? {}, spec.securityContext ?? {}).map(
      (what) => `${container.name}: ${what}`,
    ),
  );
  for (const host of ['hostNetwork', 'hostPID', 'hostIPC'] as const)
    if (spec[host] === true) wrong.push(`pod: ${host}`);
  for (const volume of spec.volumes ?? [])
    if (!VOLUMES.some((kind) => volume[kind] !== undefined)) wrong.push(`pod: volume ${volume.name}`);
  for (const { name, ports } of containers)
    for (const port of ports ?? []) if (port.hostPort !== undefined) wrong.push(`${name}: hostPort`);
  return wrong;
}

function containerViolations(own: any, pods: any): string[] {
  const wrong: string[] = [];
  if (own.privileged === true) wrong.push('privileged');
  if (own.allowPrivilegeEscalation !== false) wrong.push('allowPrivilegeEscalation is not false');
  if (!own.capabilities?.drop?.includes('ALL')) wrong.push('capabilities are not dropped');
  if ((own.capabilities?.add ?? []).some((one: string) => one !== 'NET_BIND_SERVICE'))
    wrong.push('capabilities are added');
  if ((own.runAsNonRoot ?? pods.runAsNonRoot) !== true) wrong.push('runAsNonRoot is not true');
  if ((own.runAsUser ?? pods.runAsUser) === 0) wrong.push('runs as root');
  const seccomp = (own.seccompProfile ?? pods.seccompProfile)?.type;
  if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost') wrong.push('no seccomp profile');
  if (own.readOnlyRootFilesystem !== true) wrong.push('the root file system can be written to');
  return wrong;
}
