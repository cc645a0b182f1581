import { Cancel } from '../../common/clock.js';
import { Backplane } from '../cluster.js';

/** One node needs nothing to reach itself. */
export class LocalBackplane extends Backplane {
  readonly away = false;

  on(): Cancel {
    return () => undefined;
  }
}
