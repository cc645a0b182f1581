import { Body, Controller, Delete, HttpCode } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Device } from '../../auth/device.js';
import { FromDevice } from '../../auth/from-device.decorator.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { AccountDeletion } from '../account-deletion.service.js';
import { DeleteAccountDto } from '../dto/delete-account.dto.js';

@ApiTags('users')
@ApiBearerAuth()
@Controller('users')
export class AccountsController {
  constructor(private readonly deletion: AccountDeletion) {}

  @Delete('me')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete the own account',
    description:
      'For good, and at once: the name and the e-mail address are gone, all sessions end, all sockets close with 4401. The user then leaves all groups, and a group with no other member goes; their files, read states and blocks go too. Messages keep their place, under a name that says nothing.',
  })
  @ApiNoContentResponse({ description: 'It is deleted.' })
  @ApiProblems(
    400,
    {
      401: 'As everywhere, or the password is wrong (`invalid_credentials`).',
      409: 'The caller owns groups with other members; `errors` lists their ids under `groups`.',
    },
    429,
    503,
  )
  delete(
    @CurrentUser() caller: Caller,
    @Body() { password }: DeleteAccountDto,
    @FromDevice() device: Device,
  ): Promise<void> {
    return this.deletion.delete(caller, password, device);
  }
}
