import { ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { IS_PUBLIC, TAKES_GUESTS, TAKES_STRANGERS } from '../../infra/http/public.decorator.js';
import { AuthRequired, InvalidToken, NotForGuests } from '../auth.errors.js';
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
    if (this.isMarked(context, IS_PUBLIC)) return true;
    const request = context.switchToHttp().getRequest<Request & { user?: Caller }>();
    if (request.headers.authorization === undefined && this.isMarked(context, TAKES_STRANGERS)) return true;
    // Most requests come with a token that was seen before: Passport would check it all over again.
    const caller = (await this.strategy.recognise(request)) ?? (await this.strategy.recogniseGuest(request));
    if (caller === undefined) return (await super.canActivate(context)) === true;
    if (caller.guest === true && !this.isMarked(context, TAKES_GUESTS)) throw new NotForGuests();
    request.user = caller;
    return true;
  }

  private isMarked(context: ExecutionContext, mark: string): boolean {
    return this.reflector.getAllAndOverride<boolean>(mark, [context.getHandler(), context.getClass()]);
  }

  override handleRequest<User>(error: unknown, user: User | false, _info: unknown, context: ExecutionContext): User {
    if (error === null && user !== false) return user;
    if (error !== null) throw error as Error;
    const { authorization } = context.switchToHttp().getRequest<Request>().headers;
    throw authorization === undefined ? new AuthRequired() : new InvalidToken();
  }
}
