import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { SessionId } from '../../common/ids.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { PageQuery } from '../../infra/http/page.js';
import { SessionPageDto } from '../dto/session.dto.js';
import { WsTicketDto } from '../dto/ws-ticket.dto.js';
import { SessionsService } from '../sessions.service.js';
import { WsTicketsService } from '../ws-tickets.service.js';

@ApiTags('auth')
@ApiBearerAuth()
@Controller('auth')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly tickets: WsTicketsService,
  ) {}

  @Get('sessions')
  @ApiOperation({ summary: 'The sessions of the user that live' })
  @ApiOkResponse({ type: SessionPageDto })
  list(@CurrentUser() caller: Caller, @Query() page: PageQuery): Promise<SessionPageDto> {
    return this.sessions.list(caller.userId, caller.sessionId, page);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a session of the user',
    description: 'Its tokens are worth nothing, its sockets close.',
  })
  @ApiNoContentResponse()
  end(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: SessionId): Promise<void> {
    return this.sessions.endOne(caller.userId, id);
  }

  @Post('ws-ticket')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Get a ticket that opens one WebSocket',
    description: 'For clients that can send no header: `?ticket=` in the address. It works once, for 30 s.',
  })
  @ApiOkResponse({ type: WsTicketDto })
  issueTicket(@CurrentUser() caller: Caller): Promise<WsTicketDto> {
    return this.tickets.issue(caller.sessionId, caller.tokenExpiresAt);
  }
}
