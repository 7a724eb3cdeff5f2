// What the system says of a process: the processor time that it has used and the memory that it holds. Linux only.

import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)` of every Linux. */
const ticksPerSecond = 100;

/** Processor time since its start, in user space and in the system's, in ms. */
export function readCpuMs(pid: number): number {
  const { ticks } = readStat(pid);
  return (ticks * 1000) / ticksPerSecond;
}

/** The same of a process and those that it has started, ended ones included; for Postgres, by its postmaster. */
export function readFamilyCpuMs(pid: number): number {
  const ids = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  const children = ids.flatMap((id) => {
    try {
      const stat = readStat(id);
      return stat.parent === pid ? [stat.ticks] : [];
    } catch {
      return []; // It has ended meanwhile.
    }
  });
  const { ticks, endedTicks } = readStat(pid);
  return (([ticks, endedTicks, ...children].reduce((sum, of) => sum + of, 0) ?? 0) * 1000) / ticksPerSecond;
}

export function readParent(pid: number): number {
  return readStat(pid).parent;
}

/** Memory that it holds by now, in MiB. */
export function readResidentMib(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}

/** See proc_pid_stat(5): the name, in parentheses, may hold anything. */
function readStat(pid: number): { parent: number; ticks: number; endedTicks: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const at = (place: number) => Number(fields[place]);
  return { parent: at(1), ticks: at(11) + at(12), endedTicks: at(13) + at(14) };
}
