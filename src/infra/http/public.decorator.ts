import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

export const TAKES_GUESTS = 'parley:guests';
export const TAKES_STRANGERS = 'parley:token-optional';

export const IS_PUBLIC = 'parley:public';

/** Marks a route, or every route of a controller, as open to callers without a token; all others need one. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(IS_PUBLIC, true), ApiExtension('x-public', true));

/** Marks a route, or every route of a controller, as open to the tokens of guests (protocol section 1.1) as well; all others refuse them. */
export const GuestsToo = (): MethodDecorator & ClassDecorator => SetMetadata(TAKES_GUESTS, true);

/** Marks a route as open to callers without a token, to guests, and to users: what they get depends on who they are. */
export const TokenOptional = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(TAKES_STRANGERS, true), GuestsToo(), ApiExtension('x-token-optional', true));
