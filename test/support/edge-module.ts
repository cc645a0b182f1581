import {
  Body,
  CallHandler,
  CanActivate,
  Controller,
  ExecutionContext,
  Get,
  Injectable,
  MiddlewareConsumer,
  Module,
  NestInterceptor,
  NestModule,
  Param,
  PipeTransform,
  Post,
  Query,
  Res,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, MinLength, ValidateNested } from 'class-validator';
import type { Response } from 'express';
import { map, Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { Unavailable } from '../../src/common/domain-error.js';
import { PageQuery } from '../../src/infra/http/page.js';
import { ParseIdPipe } from '../../src/infra/http/parse-id.pipe.js';
import { Public } from '../../src/infra/http/public.decorator.js';

/** What must stay on the server when a layer fails. */
export const INNER_SECRET = 'the-inner-secret';

class Inner {
  @IsString()
  @MinLength(3)
  text!: string;
}

class EchoBody {
  @IsString()
  name!: string;

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Inner)
  inner?: Inner;

  @IsOptional()
  @IsObject()
  data?: object;
}

@Public()
@Controller('edge')
class EdgeController {
  @Post()
  echo(@Body() body: EchoBody): EchoBody {
    return body;
  }

  @Get()
  list(@Query() query: PageQuery): PageQuery {
    return query;
  }

  @Get('busy')
  busy(): never {
    throw new Unavailable(1500);
  }

  @Get('things/:thing_id')
  thing(@Param('thing_id', ParseIdPipe) id: string): object {
    return { id };
  }
}

@Injectable()
class FailingGuard implements CanActivate {
  canActivate(_: ExecutionContext): boolean {
    throw new Error(INNER_SECRET);
  }
}

class FailingPipe implements PipeTransform {
  transform(): never {
    throw new Error(INNER_SECRET);
  }
}

class FailingInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map(() => {
        throw new Error(INNER_SECRET);
      }),
    );
  }
}

/** A layer's name is the route under which it fails. */
export const FAILING_LAYERS = [
  'middleware',
  'guard',
  'pipe',
  'interceptor',
  'controller',
  'rejection',
  'no-error',
  'sql',
  'answer',
];

@Public()
@Controller('fail')
class FailingController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('middleware')
  middleware(): void {
    // Its middleware fails first.
  }

  @Get('guard')
  @UseGuards(FailingGuard)
  guard(): void {
    // Its guard fails first.
  }

  @Get('pipe')
  @UsePipes(FailingPipe)
  pipe(@Query('x') _x: string): void {
    // Its pipe fails first.
  }

  @Get('interceptor')
  @UseInterceptors(FailingInterceptor)
  interceptor(): object {
    return {};
  }

  @Get('controller')
  controller(): never {
    throw new Error(INNER_SECRET);
  }

  @Get('rejection')
  rejection(): Promise<never> {
    return Promise.reject(new Error('outer', { cause: new Error(INNER_SECRET) }));
  }

  @Get('no-error')
  noError(): never {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries do it
    throw { status: 404, message: INNER_SECRET };
  }

  @Get('sql')
  sql(): Promise<unknown> {
    return this.dataSource.query('SELECT no_such_column FROM users WHERE email = $1', [INNER_SECRET]);
  }

  @Get('answer')
  answer(): object {
    return { toJSON: () => BigInt(1) };
  }

  @Get('half')
  half(@Res() response: Response): never {
    response.write('half of ');
    throw new Error(INNER_SECRET);
  }
}

/** Routes that show what the HTTP edge does, whatever the product's own routes are. */
@Module({ controllers: [EdgeController, FailingController] })
export class EdgeModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply(() => {
        throw new Error(INNER_SECRET);
      })
      .forRoutes('fail/middleware');
  }
}
