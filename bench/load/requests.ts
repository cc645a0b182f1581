import http from 'node:http';
import { latencies } from '../harness/statistics.js';
import type { RequestsInput, RequestsResult } from './tasks.js';

/** One GET after another over one kept connection; each answer is read as JSON. */
export async function requests({ port, token, paths, items }: RequestsInput): Promise<RequestsResult> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const samples: number[] = [];
  let wrong = 0;
  for (const path of paths) {
    const began = performance.now();
    const body = await get({ agent, port, path, headers: { authorization: `Bearer ${token}` } });
    if ((JSON.parse(body) as { items?: unknown[] }).items?.length !== items) wrong++;
    samples.push(performance.now() - began);
  }
  agent.destroy();
  return { latency: latencies(samples), wrong };
}

function get(options: http.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', ...options }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          resolve(Buffer.concat(chunks).toString());
        });
      })
      .on('error', reject);
  });
}
