import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { DEFAULT_TOPIC, TOPIC_PATTERN, TOPIC_PROBLEM } from '../../live/live-topic.js';

const TOPIC = { type: String, pattern: TOPIC_PATTERN.source, nullable: true, example: DEFAULT_TOPIC } as const;

export class SubscribeUpdatesCommand {
  @ApiPropertyOptional({ ...TOPIC, description: 'The topic; `default` where it is left out.' })
  @IsOptional()
  @Matches(TOPIC_PATTERN, { message: TOPIC_PROBLEM })
  topic?: string | null;
}

export class UnsubscribeUpdatesCommand {
  @ApiPropertyOptional({ ...TOPIC, description: 'The topic; all where it is left out.' })
  @IsOptional()
  @Matches(TOPIC_PATTERN, { message: TOPIC_PROBLEM })
  topic?: string | null;
}
