import { applyDecorators, Controller } from '@nestjs/common';
import { ApiBearerAuth, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { RoomRoutes } from './room-routes.js';

const RoomController = (path: string): ClassDecorator =>
  applyDecorators(
    ApiTags(path),
    ApiBearerAuth(),
    ApiProblems(400, 401, 404, 429, 503),
    ApiParam({
      name: 'room_id',
      description: 'As its participants call it; `channel`, `dm`, `meet` and `user` are reserved.',
      schema: { type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,128}$' },
      example: 'daily',
    }),
    Controller(`${path}/:room_id`),
  );

@RoomController('rooms')
export class RoomsController extends RoomRoutes {
  protected readonly kind = 'room';
}

@RoomController('meetings')
export class MeetingsController extends RoomRoutes {
  protected readonly kind = 'meeting';
}

@RoomController('calls')
export class CallsController extends RoomRoutes {
  protected readonly kind = 'call';
}
