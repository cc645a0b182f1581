import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { ValidationFailed } from '../../common/domain-error.js';
import type { Condition } from '../live-topics.js';

/** `If-Match`: a version, with or without quotes, or `*`. */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext): Condition => {
  const header = context.switchToHttp().getRequest<Request>().get('if-match')?.trim();
  if (header === undefined || header === '') return undefined;
  if (header === '*') return 'any value';
  const version = /^"(\d{1,15})"$|^(\d{1,15})$/.exec(header);
  if (version === null) throw new ValidationFailed([{ field: 'If-Match', problems: ['must be a version, or *'] }]);
  return Number(version[1] ?? version[2]);
});
