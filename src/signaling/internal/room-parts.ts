import type { Cluster } from '../../cluster/cluster.js';
import type { BackgroundTasks } from '../../common/background-tasks.js';
import type { Clock } from '../../common/clock.js';
import type { RoomMetrics } from './room-metrics.js';

/** What every room of this node works with. */
export interface RoomParts {
  cluster: Cluster;
  clock: Clock;
  tasks: BackgroundTasks;
  /** Names this node among those that share the rooms. */
  node: string;
  /** Most participants of a room that names no limit. */
  limit: number;
  graceMs: number;
  metrics: RoomMetrics;
  /** Whether each relay is logged. */
  verbose: boolean;
}
