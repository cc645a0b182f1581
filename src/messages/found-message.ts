import { COLUMNS, stateOf } from './persistence/message.repository.js';
import type { MessageRow } from './persistence/message.repository.js';

/** What a statement of a module above selects of a message `m` and its sender `u`. */
export const MESSAGE_COLUMNS = COLUMNS;

/** Such a row. */
export type FoundMessageRow = MessageRow;

export const messageStateOf = stateOf;
