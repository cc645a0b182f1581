import { Injectable } from '@nestjs/common';

/**
 * Where tests of faults stop the writer, or end the process, by putting a provider of their own in this one's place.
 * In production nothing happens here.
 */
@Injectable()
export class LogFailpoints {
  /** A batch is committed, and nobody knows of it yet: neither its senders nor any subscriber. */
  afterCommit(): Promise<void> | undefined {
    return undefined;
  }
}
