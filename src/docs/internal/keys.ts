/** What the documents call a command: its type alone is not unique. */
export function commandKey(gateway: string, type: string): string {
  return `${pascal(gateway)}${pascal(type)}Command`;
}

/** What the documents call the acknowledgement of a command. */
export function ackKey(gateway: string, type: string): string {
  return `${pascal(gateway)}${pascal(type)}Ack`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) => first.toUpperCase());
}
