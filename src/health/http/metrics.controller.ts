import { Controller, Get, Header, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Metrics } from '../../infra/observability/metrics.js';
import { Public } from '../../infra/http/public.decorator.js';

@Public()
@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiProduces('text/plain')
  @ApiOperation({
    summary: 'How is this node doing?',
    description:
      'Counters, gauges and histograms of this node alone, in the text format of Prometheus. They hold no ids and no ' +
      'names. Ask each node, past the proxy, which should not let others ask.',
  })
  @ApiOkResponse({
    description: 'The metrics.',
    schema: { type: 'string', example: 'parley_ws_connections{gateway="/ws/channel/:channel_id"} 12\n' },
  })
  async read(@Res() response: Response): Promise<void> {
    // Set here: Nest would name it once more for a string that it sends itself.
    response.set('Content-Type', this.metrics.contentType).send(await this.metrics.text());
  }
}
