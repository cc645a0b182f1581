import { ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { IS_PUBLIC } from '../../infra/http/public.decorator.js';
import { AuthRequired, InvalidToken } from '../auth.errors.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Every HTTP route needs an access token, unless it is `@Public()`. Sockets have their own way in. */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  constructor(
    private readonly reflector: Reflector,
    private readonly strategy: JwtStrategy,
  ) {
    // The strategy itself, which Passport takes as well as a name: names are global, and a second application in this
    // process would replace the first one's.
    super({ defaultStrategy: strategy });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (isPublic === true) return true;
    const request = context.switchToHttp().getRequest<Request & { user?: Caller }>();
    // Most requests come with a token that was seen before: Passport would check it all over again.
    const caller = await this.strategy.recognise(request);
    if (caller === undefined) return (await super.canActivate(context)) === true;
    request.user = caller;
    return true;
  }

  override handleRequest<User>(error: unknown, user: User | false, _info: unknown, context: ExecutionContext): User {
    if (error === null && user !== false) return user;
    if (error !== null) throw error as Error;
    const { authorization } = context.switchToHttp().getRequest<Request>().headers;
    throw authorization === undefined ? new AuthRequired() : new InvalidToken();
  }
}
