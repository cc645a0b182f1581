import { BeforeApplicationShutdown, Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import { Unavailable } from '../../common/domain-error.js';
import { EpochReader } from '../../conversations/epoch-reader.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { ConnectionRegistry } from '../../realtime/connection-registry.js';
import { ConversationContext } from './conversation-context.js';
import { SeveralSeats } from './several-seats.js';

/** As often as the logs' heads are compared (section 2.1). */
const CHECK_MS = 4000;

/**
 * Notices a failover or a restore under a running node. Its streams stand at numbers of a log that is no more, and would
 * wait for the new one to reach them: they end, and the clients come back, to be told that they must load anew.
 */
@Injectable()
export class EpochWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(EpochWatch.name);
  private known: string | undefined;
  private stop: Cancel = () => undefined;

  constructor(
    private readonly epochs: EpochReader,
    private readonly registry: ConnectionRegistry,
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  onApplicationBootstrap(): void {
    this.tasks.run('epoch check', () => this.check());
    this.stop = this.clock.every(CHECK_MS, () => {
      this.tasks.run('epoch check', () => this.check());
    });
  }

  beforeApplicationShutdown(): void {
    this.stop();
  }

  async check(): Promise<void> {
    try {
      const epoch = await this.epochs.read();
      if (this.known !== undefined && this.known !== epoch) this.endStreams(epoch);
      this.known = epoch;
    } catch (error) {
      // While Postgres is away nothing can be said, which others tell.
      if (!(error instanceof Unavailable)) throw error;
    }
  }

  /** All in one turn: no stream that begins after it shares a reader with one of before. */
  private endStreams(epoch: string): void {
    this.logger.warn({ msg: 'another history of the database: clients load anew', epoch, before: this.known });
    this.registry.closeAll(
      ({ context }) => {
        if (context instanceof ConversationContext) context.subscription?.detach();
        else if (context instanceof SeveralSeats)
          for (const seat of context.seats()) seat.context.subscription?.detach();
        else return false;
        return true;
      },
      CloseCode.ServerRestart,
      'the log was restored',
    );
  }
}
