import { latencies } from '../harness/statistics.js';
import { newContent, newNonce } from './content.js';
import type { Client } from './client.js';
import type { LoneInput, SeenResult } from './tasks.js';

/** One message at a time from the first client, until the sender itself and the second have it: nothing else goes on. */
export async function seen(clients: readonly Client[], { messages }: LoneInput): Promise<SeenResult> {
  const [sender, receiver] = clients;
  if (!sender || !receiver) throw new Error('needs two clients');
  const samples = { own: [] as number[], other: [] as number[], later: [] as number[] };
  for (let n = 0; n < messages; n++) {
    const both = Promise.all([arrivalAt(sender), arrivalAt(receiver)]);
    const began = performance.now();
    sender.command('message', { content: newContent(n), nonce: newNonce() });
    const [own, other] = await both;
    samples.own.push(own - began);
    samples.other.push(other - began);
    samples.later.push(other - own);
  }
  const { own, other, later } = samples;
  return { own: latencies(own), other: latencies(other), later: latencies(later) };
}

function arrivalAt(client: Client): Promise<number> {
  return new Promise((resolve) => {
    client.on('message', () => {
      resolve(performance.now());
    });
  });
}
