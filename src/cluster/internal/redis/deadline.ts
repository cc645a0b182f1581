import type { Clock } from '../../../common/clock.js';
import { Unavailable } from '../../../common/domain-error.js';

/** What the promise comes to, or a rejection with `Unavailable` once it has taken longer than `ms`. */
export function within<T>(ms: number, clock: Clock, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => {
      // When it was this process that stood still, the answer lies in the socket: it is read before this.
      setImmediate(() => {
        setImmediate(() => {
          reject(new Unavailable());
        });
      });
    });
    promise.then(resolve, reject).finally(stop);
  });
}
