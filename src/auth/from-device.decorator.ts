import { isIP } from 'node:net';
import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { Device } from './device.js';

const USER_AGENT_MAX = 256;

/** The `Device` of this request. Its address is Express's `req.ip`, which believes proxies only as TRUST_PROXY says. */
export const FromDevice = createParamDecorator((_data: unknown, context: ExecutionContext): Device => {
  const request = context.switchToHttp().getRequest<Request>();
  const ip = request.ip?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '') ?? '';
  return {
    ip: isIP(ip) === 0 ? null : ip,
    userAgent: request.get('user-agent')?.slice(0, USER_AGENT_MAX) ?? null,
  };
});
