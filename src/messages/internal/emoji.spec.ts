import { describe, expect, it } from 'vitest';
import { ValidationFailed } from '../../common/domain-error.js';
import { emojiOf } from './emoji.js';

describe('the emoji of a reaction', () => {
  it.each(['👍', '👍🏽', '❤️', '👨‍👩‍👧‍👦', '🇩🇪', '1️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🫠'])('is %s', (emoji) => {
    expect(emojiOf(emoji)).toBe(emoji);
  });

  it('has one form', () => {
    expect(emojiOf('❤')).toBe('❤️');
  });

  it.each([
    '',
    ' ',
    'a',
    '1',
    '#',
    ':smile:',
    '👍👍',
    '👍 ',
    '👍a',
    '\u200d',
    '\ufe0f',
    'é',
    '<script>',
    '🏽🏽',
    '\ud83d',
  ])('is not %j', (text) => {
    expect(() => emojiOf(text)).toThrow(ValidationFailed);
  });
});
