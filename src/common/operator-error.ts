/** Something that whoever runs the server can put right: the message says what and how, so no stack is shown. */
export class OperatorError extends Error {}
