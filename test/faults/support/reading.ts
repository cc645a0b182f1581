// The readers of a channel, for a process of their own (apart.ts).
import { ApiClient } from '../../support/api-client.js';
import { ResumingReader } from './resuming-reader.js';

const readers: ResumingReader[] = [];
/** What all of them have been given: those who differ about a number say so. */
const seen = new Map<number, string>();

interface Start {
  url: string;
  channelId: string;
  token: string;
  since: number;
}

interface Read {
  seen: ReadonlyMap<number, string>;
  /** Of the one that is furthest behind. */
  cursor: number;
  violations: string[];
  errors: unknown[];
  delivered: number;
  resumes: number;
  reloads: number;
}

export function join({ url, ...from }: Start): void {
  const server = { wsUrl: url.replace('http', 'ws'), api: new ApiClient(url) };
  readers.push(new ResumingReader({ server: () => server, ...from, seen, feedPage: 1000, skims: true }));
}

/** Whether it had a connection to lose. */
export function drop(index: number): boolean {
  const open = readers[index]!.socket.isOpen;
  if (open) readers[index]!.socket.drop();
  return open;
}

/** Once each has everything up to this number. */
export async function finish(last: number): Promise<Read> {
  await Promise.all(readers.map((reader) => reader.reached(last, 120_000)));
  await Promise.all(readers.map((reader) => reader.stop()));
  const sum = (of: (reader: ResumingReader) => number) => readers.reduce((all, reader) => all + of(reader), 0);
  return {
    seen,
    cursor: Math.min(...readers.map(({ cursor }) => cursor)),
    violations: readers.flatMap(({ violations }) => violations),
    errors: readers.flatMap(({ errors }) => errors),
    delivered: sum(({ delivered }) => delivered),
    resumes: sum(({ resumes }) => resumes),
    reloads: sum(({ reloads }) => reloads),
  };
}
