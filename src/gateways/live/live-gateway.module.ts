import { Module } from '@nestjs/common';
import { LiveModule } from '../../live/live.module.js';
import { LiveNamespaces } from './live-namespaces.js';
import { LiveGateway } from './live.gateway.js';

@Module({ imports: [LiveModule], providers: [LiveGateway, LiveNamespaces], exports: [LiveNamespaces] })
export class LiveGatewayModule {}
