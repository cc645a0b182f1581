import { latencies } from '../harness/statistics.js';
import { HttpSocket } from './http-socket.js';
import type { RequestsInput, RequestsResult } from './tasks.js';

/** One GET after another over one kept connection; each answer is read as JSON. */
export async function requests({ port, token, paths, items }: RequestsInput): Promise<RequestsResult> {
  const socket = new HttpSocket(port);
  const samples: number[] = [];
  let wrong = 0;
  for (const path of paths) {
    const began = performance.now();
    const { status, body } = await socket.get(path, token);
    const answer = JSON.parse(body) as { items?: unknown[] };
    samples.push(performance.now() - began);
    if (status !== 200 || answer.items?.length !== items) wrong++;
  }
  socket.destroy();
  return { latency: latencies(samples), wrong };
}
