import { PipeTransform } from '@nestjs/common';
import { ValidationFailed } from '../../common/domain-error.js';
import { TOPIC_PATTERN, TOPIC_PROBLEM } from '../live-topic.js';

/** The name of a topic in a path. */
export class TopicPipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!TOPIC_PATTERN.test(value)) throw new ValidationFailed([{ field: 'topic', problems: [TOPIC_PROBLEM] }]);
    return value;
  }
}
