import type { WireEvent } from './wire.js';

/**
 * What a handler returns whose work is put in line elsewhere, in the order of the calls: the connection's next command of
 * such a kind may begin before this one is answered, so that a batch takes several. What `answer` sends and returns comes
 * in the order in which the commands were sent all the same, and any other command waits until they are answered.
 */
export class Begun<T = unknown> {
  constructor(
    private readonly work: Promise<T>,
    private readonly answer: (outcome: T) => Promise<WireEvent | undefined>,
    /** Called when the answer, be it an error, has been sent. */
    readonly answered: () => void,
  ) {
    // Its failure is answered in its turn; until then it is nobody's.
    work.catch(() => undefined);
  }

  finish(): Promise<WireEvent | undefined> {
    return this.work.then(this.answer);
  }
}
