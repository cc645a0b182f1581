import { latencies } from '../harness/statistics.js';
import { Client } from './client.js';
import type { Connected, ConnectInput } from './tasks.js';

/** Runs `work` on each item, at most `concurrency` at a time. */
async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}

/** Counts why things failed. */
export class Failures {
  readonly counts: Record<string, number> = {};

  add(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
  }
}

/** Those who were let in are in the order of the members. */
export async function connectAll(input: ConnectInput): Promise<{ opened: Client[]; outcome: Connected }> {
  const { members, concurrency, addresses, ports = [input.port], ...options } = input;
  const clients: (Client | undefined)[] = [];
  const failures = new Failures();
  const times: number[] = [];
  const began = performance.now();
  await inParallel(members, concurrency, async (member, index) => {
    const at = performance.now();
    const localAddress = addresses?.[index % addresses.length];
    const port = ports[index % ports.length] ?? input.port;
    try {
      const target = { ...options, port, ...(localAddress !== undefined && { localAddress }) };
      clients[index] = await Client.open(member, target);
      times.push(performance.now() - at);
    } catch (error) {
      failures.add(error);
    }
  });
  const seconds = (performance.now() - began) / 1000;
  const opened = clients.filter((client) => client !== undefined);
  const outcome = { connected: opened.length, failed: failures.counts, seconds, latency: latencies(times) };
  return { opened, outcome };
}

/** Closes cleanly; whoever does not answer the close in time is cut. */
export async function disconnectAll(clients: readonly Client[]): Promise<void> {
  await Promise.all(
    clients.map(
      ({ socket }) =>
        new Promise<void>((resolve) => {
          const cut = setTimeout(() => {
            socket.destroy();
          }, 10_000);
          socket.onClose = () => {
            clearTimeout(cut);
            resolve();
          };
          socket.close();
        }),
    ),
  );
}
