import { Injectable, OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { BackgroundTasks } from '../../common/background-tasks.js';
import { Cancel, Clock } from '../../common/clock.js';
import { WsTicketRepository } from '../persistence/ws-ticket.repository.js';
import { SessionsService } from '../sessions.service.js';

const TICKETS_EVERY_MS = 60_000;
const SESSIONS_EVERY_MS = 600_000;

/** Deletes what has expired: it is refused anyway, and would only take room. */
@Injectable()
export class ExpirySweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private cancels: Cancel[] = [];

  constructor(
    private readonly tickets: WsTicketRepository,
    private readonly sessions: SessionsService,
    private readonly tasks: BackgroundTasks,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.cancels = [
      this.clock.every(TICKETS_EVERY_MS, () => {
        this.tasks.run('sweep tickets', () => this.tickets.deleteExpired(this.clock.date()));
      }),
      this.clock.every(SESSIONS_EVERY_MS, () => {
        this.tasks.run('sweep sessions', () => this.sessions.deleteExpired());
      }),
    ];
  }

  onModuleDestroy(): void {
    for (const cancel of this.cancels) cancel();
  }
}
