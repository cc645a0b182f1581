// A failpoint between the commit of a message and everything that follows it: its announcement, and the sender's
// answer. A test has node load this file before the program; the program itself has no such thing.
import 'reflect-metadata';
import { ConversationFeed } from '../../../dist/src/messages/conversation-feed.js';

const announce = ConversationFeed.prototype.announce;

ConversationFeed.prototype.announce = function (conversationId, changes) {
  if (changes.some(({ message }) => message.content.startsWith('last words'))) process.kill(process.pid, 'SIGKILL');
  announce.call(this, conversationId, changes);
};
