import type { Settings } from '#libs/config';

/** What this node calls itself: `LOGWEIR_NODE_NAME`, else the name of its machine. */
export function nodeName({ node }: Pick<Settings, 'node'>, hostname: string): string {
  return node.name || hostname;
}
