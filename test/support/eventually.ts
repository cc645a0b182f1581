import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the check stops throwing and answers something but false; after the deadline, its last failure is ours. */
export async function eventually<T>(check: () => T | false | Promise<T | false>, timeoutMs = 5000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    let failure: unknown = new Error(`Still false after ${timeoutMs} ms.`);
    try {
      const result = await check();
      if (result !== false) return result;
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) throw failure;
    await sleep(10);
  }
}
