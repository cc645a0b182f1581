import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process, and whatever it has started, and so on: their process ids and command lines. */
export function familyOf(pid: number): Map<number, string> {
  const parents = new Map(pids().map((other) => [other, parentOf(other)]));
  const family = new Map([[pid, commandLineOf(pid)]]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [other, parent] of parents) if (family.has(parent)) family.set(other, commandLineOf(other));
  }
  return family;
}

/** Whatever works in a folder. */
export function workersIn(folder: string): number[] {
  return pids().filter((pid) => read(() => readlinkSync(`/proc/${pid}/cwd`)).startsWith(folder));
}

export function commandLineOf(pid: number): string {
  return read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
}

export function kill(pid: number): void {
  read(() => String(process.kill(pid, 'SIGKILL')));
}

function pids(): number[] {
  return readdirSync('/proc').map(Number).filter(Boolean);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)$/m.exec(read(() => readFileSync(`/proc/${pid}/status`, 'utf8')))?.[1]);
}

/** Processes vanish while they are looked at. */
function read(look: () => string): string {
  try {
    return look();
  } catch {
    return '';
  }
}
