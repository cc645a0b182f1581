import { latencies } from '../harness/statistics.js';
import { age, stampedContent } from './content.js';
import type { Client } from './client.js';
import type { RelayInput, RelayResult } from './tasks.js';

/** Clients stand in pairs; each first one keeps `window` offers on their way to the second. */
export async function relay(clients: readonly Client[], input: RelayInput): Promise<RelayResult> {
  const samples: number[] = [];
  const began = performance.now();
  const until = began + input.seconds * 1000;
  const pairs = Array.from({ length: Math.floor(clients.length / 2) }, (_, n) => {
    const [sender, target] = clients.slice(2 * n, 2 * n + 2);
    if (!sender || !target) throw new Error('needs pairs');
    return new Promise<void>((resolve) => {
      let underWay = input.window;
      target.onOffer((bytes, start, end) => {
        samples.push(age(bytes, start, end));
        if (performance.now() < until) send(sender, target, input.bytes);
        else if (--underWay === 0) resolve();
      });
      for (let i = 0; i < input.window; i++) send(sender, target, input.bytes);
    });
  });
  await Promise.all(pairs);
  return { relayed: samples.length, seconds: (performance.now() - began) / 1000, latency: latencies(samples) };
}

function send(sender: Client, target: Client, bytes: number): void {
  sender.offer(target, offerOf(stampedContent(), bytes));
}

/** A session description of so many bytes, with an id of ours. */
export function offerOf(id: string, bytes: number): object {
  return { type: 'offer', id, sdp: sdpOf(bytes - id.length) };
}

const LINE = 'a=candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx\r\n';
const sdps = new Map<number, string>();

function sdpOf(bytes: number): string {
  const known = sdps.get(bytes) ?? LINE.repeat(Math.ceil(bytes / LINE.length)).slice(0, bytes);
  sdps.set(bytes, known);
  return known;
}
