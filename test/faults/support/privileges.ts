import { spawnSync } from 'node:child_process';

/** Why the command that a case needs root for cannot run here; undefined when it can. */
export function missingPrivilege(command: string, args: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'it needs Linux.';
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) return `it needs ${command}, which is not installed.`;
  return status === 0 ? undefined : `it needs root (${stderr.trim()}).`;
}

/** @throws with what the command said, when it fails */
export function run(command: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
