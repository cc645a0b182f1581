/** Connections of one address that may be unauthenticated at the same time. */
const PER_ADDRESS = 1000;

/** Connections that have not proved who they are: bounded by address, because nothing else bounds them yet. */
export class PendingConnections {
  private readonly addresses = new Map<object, string>();
  private readonly counts = new Map<string, number>();

  isFull(address: string): boolean {
    return (this.counts.get(address) ?? 0) >= PER_ADDRESS;
  }

  add(connection: object, address: string): void {
    this.addresses.set(connection, address);
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }

  /** Once it is authenticated, or gone; again does nothing. */
  remove(connection: object): void {
    const address = this.addresses.get(connection);
    if (address === undefined) return;
    this.addresses.delete(connection);
    const left = (this.counts.get(address) ?? 1) - 1;
    if (left === 0) this.counts.delete(address);
    else this.counts.set(address, left);
  }
}
