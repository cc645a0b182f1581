import type { LiveTopic } from '../../live/live-topic.js';
import { EncodeLast } from '../../realtime/encode-last.js';
import type { WireText } from '../../realtime/wire.js';
import type { LivePosition } from './live.event-shapes.js';

/** The value is spliced in as it was written, and each event made once for all of a node who get it. */
const currentTexts = new EncodeLast((topic: LiveTopic): WireText => [
  '["current_data",{"success":true,"message":"Success","data":',
  topic.value ?? 'null',
  `},${JSON.stringify(positionOf(topic))}]`,
]);
const updatedTexts = new EncodeLast((topic: LiveTopic): WireText => [
  '["data_updated",',
  topic.value ?? 'null',
  `,${JSON.stringify(positionOf(topic))}]`,
]);

/** The value as it is when one subscribes. */
export const currentText = (topic: LiveTopic): WireText => currentTexts.of(topic);
/** A later value. */
export const updatedText = (topic: LiveTopic): WireText => updatedTexts.of(topic);

function positionOf({ topic, version }: LiveTopic): LivePosition {
  return { topic, version };
}
