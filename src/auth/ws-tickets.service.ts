import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SessionId } from '../common/ids.js';
import { InvalidToken } from './auth.errors.js';
import { WsTicketDto } from './dto/ws-ticket.dto.js';
import { hashOf, newOpaqueToken } from './internal/opaque-token.js';
import { TakenTicket, WsTicketRepository } from './persistence/ws-ticket.repository.js';

const TICKET_TTL_S = 30;

/** One-time tickets, for clients that can put a credential nowhere but in the address (protocol section 1.1). */
@Injectable()
export class WsTicketsService {
  constructor(
    private readonly repository: WsTicketRepository,
    private readonly clock: Clock,
  ) {}

  async issue(sessionId: SessionId, tokenExpiresAt: Date): Promise<WsTicketDto> {
    const ticket = newOpaqueToken();
    const expiresAt = new Date(this.clock.now() + TICKET_TTL_S * 1000);
    await this.repository.insert({ tokenHash: hashOf(ticket), sessionId, tokenExpiresAt, expiresAt });
    return { ticket, expires_in: TICKET_TTL_S };
  }

  /**
   * Uses a ticket up. Whether its session still lives is for the caller to see.
   * @throws InvalidToken when it is unknown, used or too old
   */
  async take(ticket: string): Promise<TakenTicket> {
    const taken = await this.repository.take(hashOf(ticket));
    if (taken === undefined || taken.expiresAt.getTime() <= this.clock.now()) throw new InvalidToken();
    return taken;
  }
}
