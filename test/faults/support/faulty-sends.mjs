// Faults of ours in the sending of a message, by its content. A test has node load this file before the program.
import 'reflect-metadata';
import { MessagesService } from '../../../dist/src/messages/messages.service.js';

const send = MessagesService.prototype.send;

MessagesService.prototype.send = function (...args) {
  const content = args.map((argument) => argument?.content ?? argument?.draft?.content).find(Boolean);
  if (content === 'throw') throw new TypeError('a fault of ours');
  if (content === 'reject') return Promise.reject(new TypeError('a fault of ours'));
  if (content === 'forget') void Promise.reject(new Error('a promise that nobody waits for'));
  return send.apply(this, args);
};
