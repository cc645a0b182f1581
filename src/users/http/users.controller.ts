import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { UserId } from '../../common/ids.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { FindUsersQuery } from '../dto/find-users.query.js';
import { UpdateUserDto } from '../dto/update-user.dto.js';
import { OwnUserDto, UserDto, UserPageDto } from '../dto/user.dto.js';
import { UsersService } from '../users.service.js';

@ApiTags('users')
@ApiBearerAuth()
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({ summary: 'The own account' })
  @ApiOkResponse({ type: OwnUserDto })
  getOwn(@CurrentUser() caller: Caller): Promise<OwnUserDto> {
    return this.users.getOwn(caller.userId);
  }

  @Patch('me')
  @ApiOperation({
    summary: 'Change the own username or e-mail address',
    description: 'What is left out stays. A name or address that another user has is refused with `conflict`.',
  })
  @ApiOkResponse({ type: OwnUserDto })
  update(@CurrentUser() caller: Caller, @Body() changes: UpdateUserDto): Promise<OwnUserDto> {
    return this.users.update(caller.userId, changes);
  }

  @Get()
  @ApiOperation({ summary: 'Find users by the start of their names' })
  @ApiOkResponse({ type: UserPageDto })
  list(@Query() query: FindUsersQuery): Promise<UserPageDto> {
    return this.users.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A user' })
  @ApiOkResponse({ type: UserDto })
  get(@Param('id', ParseIdPipe) id: UserId): Promise<UserDto> {
    return this.users.getById(id);
  }
}
