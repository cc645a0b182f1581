import { readdirSync, readFileSync } from 'node:fs';

/** What Linux counts in `/proc/<pid>/stat`: hundredths of a second, whatever the kernel's own tick is. */
const TICKS_PER_SECOND = 100;

interface Stat {
  name: string;
  parent: number;
  /** When it started, in hundredths of a second since the machine did. */
  start: number;
  ticks: number;
  /** Of children that have ended. */
  endedChildren: number;
}

function read(pid: number): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, blanks too.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, utime = 0, stime = 0, cutime = 0, cstime = 0] = [1, 11, 12, 13, 14].map((n) => fields[n]);
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    return { name, parent, start: fields[19] ?? 0, ticks: utime + stime, endedChildren: cutime + cstime };
  } catch {
    return undefined;
  }
}

/**
 * Seconds of CPU that a process has used, in user and system mode: as its threads' schedulers count them, in
 * nanoseconds, where the kernel tells; a hundredth of a second is half of what a short block takes.
 */
export function cpuSeconds(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const files = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1'));
    return files.reduce((sum, file) => sum + Number(file.split(' ')[0]), 0) / 1e9;
  } catch {
    return (read(pid)?.ticks ?? NaN) / TICKS_PER_SECOND;
  }
}

/** How many times a process has called the kernel to write; NaN where the kernel does not tell. */
export function writeCalls(pid: number): number {
  try {
    return Number(/^syscw: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))?.[1]);
  } catch {
    return NaN;
  }
}

/** Seconds of CPU of a process and its children, those that have ended too: Postgres has one for each connection. */
export function familyCpuSeconds(pid: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    const child = /^\d+$/.test(name) ? read(Number(name)) : undefined;
    if (child && (Number(name) === pid || child.parent === pid)) ticks += child.ticks;
  }
  return (ticks + (read(pid)?.endedChildren ?? 0)) / TICKS_PER_SECOND;
}

export function parentOf(pid: number): number {
  return read(pid)?.parent ?? 0;
}

/** With the process id, this names one process for good; nothing for one that is no more. */
export function startedAt(pid: number): number | undefined {
  return read(pid)?.start;
}

/** Its program's. */
export function nameOf(pid: number): string {
  return read(pid)?.name ?? '';
}
