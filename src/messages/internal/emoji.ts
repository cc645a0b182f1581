import { ValidationFailed } from '../../common/domain-error.js';

// The flag `v` knows emoji of several code points; TypeScript's target does not know the flag.
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', 'v');
const EMOJI_STYLE = '\uFE0F';

/**
 * The one form in which an emoji is kept: `❤` without the mark that makes it an emoji is `❤️`.
 * @throws ValidationFailed for what is no emoji, or several
 */
export function emojiOf(text: string): string {
  for (const form of [text, text + EMOJI_STYLE]) if (EMOJI.test(form)) return form;
  throw new ValidationFailed([{ field: 'emoji', problems: ['must be one emoji'] }]);
}
