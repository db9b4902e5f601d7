/**
 * Which container this process runs in, so that its own lines are not taken in again: a log driver that points at us
 * would turn every line of ours into another. A Docker id is 64 hex digits; nothing asks the daemon for it.
 */
import { readFileSync } from 'node:fs';

/** What the kernel and the environment tell of this process; empty where there is nothing. */
export interface ProcessTraces {
  /** /proc/self/cgroup: `12:memory:/docker/<id>`, `0::/system.slice/docker-<id>.scope`; `0::/` in a namespace of its own. */
  readonly cgroup: string;
  /** /proc/self/mountinfo: the engine mounts /etc/hostname and its like from the container's folder. */
  readonly mountinfo: string;
  /** Docker names a container after the first 12 digits of its id, unless told otherwise. */
  readonly hostname: string;
}

const CGROUP_ID = /([0-9a-f]{64})(?:\.scope)?$/gm;
/** Only what the engine mounts over a container's own files: a host shows the folders of all its containers here. */
const MOUNTED_ID = /\/([0-9a-f]{64})\/\S* \/etc\/(?:hostname|hosts|resolv\.conf) /;
const SHORT_ID = /^[0-9a-f]{12}$/;

/** The id, or its first 12 digits; undefined outside a container. */
export function ownContainerId({ cgroup, mountinfo, hostname }: ProcessTraces): string | undefined {
  const innermost = [...cgroup.matchAll(CGROUP_ID)].at(-1)?.[1];
  return innermost ?? MOUNTED_ID.exec(mountinfo)?.[1] ?? (SHORT_ID.test(hostname) ? hostname : undefined);
}

export function readProcessTraces(hostname: string): ProcessTraces {
  return { cgroup: textOf('/proc/self/cgroup'), mountinfo: textOf('/proc/self/mountinfo'), hostname };
}

/** Elsewhere than on Linux there is no such file, and no container either. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
