import { Controller, Delete, Get, Header, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { SessionId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { Page, PageQuery } from '../../infra/http/page.js';
import { SessionDto } from '../dto/session.dto.js';
import { WsTicketDto } from '../dto/ws-ticket.dto.js';
import { SessionsService } from '../sessions.service.js';
import { WsTicketsService } from '../ws-tickets.service.js';

@ApiTags('auth')
@ApiBearerAuth()
@ApiProblems(401, 429, 503)
@Controller('auth')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly tickets: WsTicketsService,
  ) {}

  @Get('sessions')
  @ApiOperation({
    summary: 'The sessions of the user that live',
    description:
      'One for each login that has neither ended nor expired, with the device it came from; it says which one asks.',
  })
  @ApiPage(SessionDto, 'Sessions that live, newest login first.')
  @ApiProblems(400)
  list(@CurrentUser() caller: Caller, @Query() page: PageQuery): Promise<Page<SessionDto>> {
    return this.sessions.list(caller.userId, caller.sessionId, page);
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a session of the user',
    description: 'Its tokens are worth nothing, its sockets close.',
  })
  @ApiParam({
    name: 'id',
    description: 'The id of the session.',
    schema: { type: 'string', format: 'uuid' },
    example: '0198c0de-4a5b-7cde-8f01-23456789abcd',
  })
  @ApiNoContentResponse({ description: 'It has ended.' })
  @ApiProblems(400, { 404: 'The user has no such session.' })
  end(@CurrentUser() caller: Caller, @Param('id', ParseIdPipe) id: SessionId): Promise<void> {
    return this.sessions.endOne(caller.userId, id);
  }

  @Post('ws-ticket')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Get a ticket that opens one WebSocket',
    description: 'For clients that can send no header: `?ticket=` in the address. It works once, for 30 s.',
  })
  @ApiOkResponse({ description: 'The ticket.', type: WsTicketDto })
  issueTicket(@CurrentUser() caller: Caller): Promise<WsTicketDto> {
    return this.tickets.issue(caller.sessionId, caller.tokenExpiresAt);
  }
}
