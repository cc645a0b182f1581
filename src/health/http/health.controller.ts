import { Controller, Get, Header } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Cluster } from '../../cluster/cluster.js';
import { Settings } from '../../config/settings.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import { EdgeAdapter } from '../../infra/http/edge-adapter.js';
import { Public } from '../../infra/http/public.decorator.js';
import { DatabaseCheck } from '../database-check.js';
import { LivenessDto, ReadinessDto } from '../dto/health.dto.js';
import { NotReady } from '../health.errors.js';

@Public()
@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly database: DatabaseCheck,
    private readonly cluster: Cluster,
    private readonly settings: Settings,
    private readonly edge: HttpAdapterHost<EdgeAdapter>,
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Is the process alive?',
    description: 'Answers while the process runs, whatever else is broken. Restart the process when it does not.',
  })
  @ApiOkResponse({ type: LivenessDto, description: 'It is.' })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Can this node serve requests?',
    description:
      'Asks Postgres, and waits a second for it. Send no traffic to a node that answers 503; do not restart it for that. ' +
      'A node that is being stopped answers 503, naming `node`, while it still answers requests. ' +
      'A node whose Redis is away still serves: it answers 200 and `degraded`.',
  })
  @ApiOkResponse({ type: ReadinessDto, description: 'It can.' })
  @ApiProblems({ 503: 'It cannot: `errors` names the check that failed.' })
  async ready(): Promise<ReadinessDto> {
    if (this.edge.httpAdapter.draining) throw new NotReady('node', 'draining: it is being stopped');
    await this.database.run();
    if (this.settings.REDIS_URL === '') return { status: 'ok', checks: { database: 'ok' } };
    return this.cluster.backplane.away
      ? { status: 'degraded', checks: { database: 'ok', cluster: 'away' } }
      : { status: 'ok', checks: { database: 'ok', cluster: 'ok' } };
  }
}
