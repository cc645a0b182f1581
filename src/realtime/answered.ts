import type { WireEvent } from './wire.js';

/** What a handler returns that has answered by itself, because what it was asked for comes behind its answer. */
export const ANSWERED: WireEvent = Object.freeze({ type: 'answered' });
