import { Controller, Get, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import type { Page } from '../../infra/http/page.js';
import { GuestsToo } from '../../infra/http/public.decorator.js';
import { pageByTime } from '../../infra/http/timed-page.js';
import { LobbyRoomDto, toLobbyRoomDto } from '../dto/lobby-room.dto.js';
import { LobbyStatsDto } from '../dto/lobby-stats.dto.js';
import { Lobbies } from '../lobbies.js';
import { isRoomId } from '../room-id.js';
import { playerOf } from '../room-state.js';
import { LobbyQuery, LobbyRoomsQuery } from './lobby.query.js';

@ApiTags('lobby')
@ApiBearerAuth()
@GuestsToo()
@ApiProblems(400, 401, 404, 429, 503)
@Controller('lobby')
export class LobbyController {
  constructor(private readonly lobbies: Lobbies) {}

  @Get('stats')
  @ApiOperation({ summary: 'A lobby’s numbers', description: 'On all nodes together.' })
  @ApiOkResponse({ description: 'The numbers now.', type: LobbyStatsDto })
  stats(@Query() { namespace }: LobbyQuery): Promise<LobbyStatsDto> {
    return this.lobbies.of(namespace).getStats();
  }

  @Get('rooms')
  @ApiOperation({
    summary: 'A lobby’s rooms',
    description:
      'In the order of making, on all nodes. Private rooms, and any room’s `data`, show only to their players.',
  })
  @ApiPage(LobbyRoomDto, 'A page of rooms.')
  rooms(@CurrentUser() caller: Caller, @Query() query: LobbyRoomsQuery): Promise<Page<LobbyRoomDto>> {
    return pageByTime(query, {
      parseId: (text) => (isRoomId(text) ? text : undefined),
      list: (request) => this.lobbies.listRooms(query.namespace, caller.userId, request),
      positionOf: ({ createdAt, roomId }) => ({ at: new Date(createdAt), id: roomId }),
      toItem: (room) => toLobbyRoomDto(room, playerOf(room, caller.userId) !== undefined),
    });
  }
}
