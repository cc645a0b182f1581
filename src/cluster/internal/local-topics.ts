import { Cancel } from '../../common/clock.js';
import { Json, Topics } from '../cluster.js';
import { attempt } from './attempt.js';
import { Audience } from './audience.js';
import { frozenCopy } from './frozen-json.js';

export class LocalTopics extends Topics {
  private readonly audience = new Audience<Json>();

  /** One copy, however many subscribe; none when nobody does. */
  publish(topic: string, message: Json): Promise<void> {
    return attempt(() => {
      if (this.audience.has(topic)) this.audience.send(topic, frozenCopy(message));
    });
  }

  subscribe(topic: string, listener: (message: Json) => void): Promise<Cancel> {
    return attempt(() => this.audience.add(topic, listener));
  }
}
