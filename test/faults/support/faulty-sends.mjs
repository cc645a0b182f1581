// Faults of ours in the sending of a message, by its content. A test has node load this file before the program.
import 'reflect-metadata';
import { MessagesService } from '../../../dist/src/messages/messages.service.js';

const begin = MessagesService.prototype.begin;

MessagesService.prototype.begin = function (senderId, conversationId, draft) {
  if (draft.content === 'throw') throw new TypeError('a fault of ours');
  if (draft.content === 'reject') return { id: 'none', sent: Promise.reject(new TypeError('a fault of ours')) };
  if (draft.content === 'forget') void Promise.reject(new Error('a promise that nobody waits for'));
  return begin.call(this, senderId, conversationId, draft);
};
