import { describe, expect, it } from 'vitest';
import { DEFAULT_RULES, LiveTopic } from '../../live/live-topic.js';
import { currentText, updatedText } from './live.events.js';

const topic = (value: string | null): LiveTopic => ({
  namespace: '',
  topic: 'board',
  revision: 9,
  version: 7,
  value,
  ownerId: null,
  rules: DEFAULT_RULES,
});

describe('the events of a live topic (7.3)', () => {
  it('have two arguments, and the value as it was written', () => {
    const value = '{ "n":12345678901234567890, "a":1, "a":2 }';
    expect(currentText(topic(value)).join('')).toBe(
      `["current_data",{"success":true,"message":"Success","data":${value}},{"topic":"board","version":7}]`,
    );
    expect(updatedText(topic(value)).join('')).toBe(`["data_updated",${value},{"topic":"board","version":7}]`);
    expect(updatedText(topic(null)).join('')).toBe('["data_updated",null,{"topic":"board","version":7}]');
  });

  it('are made once for all who get them', () => {
    const state = topic('1');
    expect(updatedText(state)).toBe(updatedText(state));
    expect(currentText(state)).toBe(currentText(state));
    expect(updatedText({ ...state })).not.toBe(updatedText(state));
  });
});
