import { MessageNumber } from './message-number.js';

/** Sees to it that each message that one receiver gets has the number after the one before. */
export class MessageOrder {
  private last: number | undefined;

  constructor(private readonly number: MessageNumber) {}

  /** Whether this one has; of the first, nothing is known. */
  follows(bytes: Buffer, start: number, end: number): boolean {
    const number = this.number.of(bytes, start, end);
    const { last } = this;
    this.last = number;
    return last === undefined || number === last + 1;
  }
}
