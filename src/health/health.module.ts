import { Module } from '@nestjs/common';
import { DatabaseCheck } from './database-check.js';
import { DependencyMetrics } from './dependency-metrics.js';
import { HealthController } from './http/health.controller.js';
import { MetricsController } from './http/metrics.controller.js';

@Module({ controllers: [HealthController, MetricsController], providers: [DatabaseCheck, DependencyMetrics] })
export class HealthModule {}
