import { ownContainerId } from './own-container.js';

const ID = 'a3f1'.repeat(16);
const OTHER = 'b2c4'.repeat(16);
const nothing = { cgroup: '', mountinfo: '', hostname: '' };
const mount = (id: string, file: string, over: string): string =>
  `613 590 254:1 /var/lib/docker/containers/${id}/${file} ${over} rw,relatime - ext4 /dev/vda1 rw\n`;

describe('the id of the container we run in', () => {
  it.each([
    ['cgroup v1', { cgroup: `12:memory:/docker/${ID}\n11:cpu:/docker/${ID}\n` }, ID],
    ['cgroup v2 of the host', { cgroup: `0::/system.slice/docker-${ID}.scope\n` }, ID],
    ['Kubernetes', { cgroup: `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope\n` }, ID],
    ['a container in a container', { cgroup: `4:pids:/docker/${OTHER}/docker/${ID}\n` }, ID],
    ['a cgroup namespace of its own', { cgroup: '0::/\n', mountinfo: mount(ID, 'hostname', '/etc/hostname') }, ID],
    ['a mounted resolv.conf', { mountinfo: mount(ID, 'resolv.conf', '/etc/resolv.conf') }, ID],
    ['the name that Docker gives', { cgroup: '0::/\n', hostname: ID.slice(0, 12) }, ID.slice(0, 12)],
    ['a host', { cgroup: '0::/user.slice/user-0.slice\n', hostname: 'ingest-1' }, undefined],
    ['a host that runs containers', { mountinfo: mount(OTHER, 'mounts/shm', `/var/lib/docker/containers/${OTHER}/mounts/shm`) }, undefined],
    ['nothing to read', {}, undefined],
  ])('is told by %s', (_where, traces, id) => {
    expect(ownContainerId({ ...nothing, ...traces })).toBe(id);
  });
});
