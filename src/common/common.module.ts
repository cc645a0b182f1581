import { Global, Module } from '@nestjs/common';
import { BackgroundTasks } from './background-tasks.js';
import { Clock, SystemClock } from './clock.js';
import { DomainEvents } from './domain-events.js';
import { Ids } from './ids.js';

@Global()
@Module({
  providers: [Ids, DomainEvents, BackgroundTasks, { provide: Clock, useClass: SystemClock }],
  exports: [Ids, DomainEvents, BackgroundTasks, Clock],
})
export class CommonModule {}
