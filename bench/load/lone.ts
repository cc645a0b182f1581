import { latencies } from '../harness/statistics.js';
import type { Latencies } from '../harness/statistics.js';
import { age, newNonce, stampedContent } from './content.js';
import type { Client } from './client.js';
import type { LoneInput } from './tasks.js';

/** One message at a time from the first client, until the second has it: nothing else goes on. */
export async function lone(clients: readonly Client[], { messages }: LoneInput): Promise<Latencies> {
  const [sender, receiver] = clients;
  if (!sender || !receiver) throw new Error('needs two clients');
  const samples: number[] = [];
  for (let n = 0; n < messages; n++) {
    await new Promise<void>((resolve) => {
      receiver.on('message', (bytes, start, end) => {
        samples.push(age(bytes, start, end));
        resolve();
      });
      sender.command('message', { content: stampedContent(), nonce: newNonce() });
    });
  }
  return latencies(samples);
}
