import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { UserId } from '../../common/ids.js';
import { ApiPage, ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import type { Page } from '../../infra/http/page.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { FindUsersQuery } from '../dto/find-users.query.js';
import { UpdateUserDto } from '../dto/update-user.dto.js';
import { OwnUserDto, UserDto } from '../dto/user.dto.js';
import { UsersService } from '../users.service.js';

@ApiTags('users')
@ApiBearerAuth()
@ApiProblems(401, 429, 503)
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @ApiOperation({
    summary: 'The own account',
    description: 'Whom the access token belongs to, with what only they may see.',
  })
  @ApiOkResponse({ description: 'The account, with what only its user sees.', type: OwnUserDto })
  getOwn(@CurrentUser() caller: Caller): Promise<OwnUserDto> {
    return this.users.getOwn(caller.userId);
  }

  @Patch('me')
  @ApiOperation({
    summary: 'Change the own username or e-mail address',
    description: 'What is left out stays.',
  })
  @ApiOkResponse({ description: 'The account as it is now.', type: OwnUserDto })
  @ApiProblems(400, { 409: 'Another user has the name or the address; `errors` names the field.' })
  update(@CurrentUser() caller: Caller, @Body() changes: UpdateUserDto): Promise<OwnUserDto> {
    return this.users.update(caller.userId, changes);
  }

  @Get()
  @ApiOperation({
    summary: 'Find users by the start of their names',
    description: 'Without regard to case, in the order of their names. Without `query`: all users.',
  })
  @ApiPage(UserDto, 'Users in the order of their names.')
  @ApiProblems(400)
  list(@Query() query: FindUsersQuery): Promise<Page<UserDto>> {
    return this.users.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'A user', description: 'What anyone who is logged in may know of a user.' })
  @ApiOkResponse({ description: 'The user.', type: UserDto })
  @ApiProblems(400, { 404: 'There is no such user, or they have left.' })
  get(@Param('id', ParseIdPipe) id: UserId): Promise<UserDto> {
    return this.users.getById(id);
  }
}
