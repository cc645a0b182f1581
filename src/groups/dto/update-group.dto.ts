import { PartialType } from '@nestjs/swagger';
import { CreateGroupDto } from './create-group.dto.js';

/** What is left out stays as it is. */
export class UpdateGroupDto extends PartialType(CreateGroupDto, { skipNullProperties: false }) {}
