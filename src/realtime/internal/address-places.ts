/** Counts connections by the address they come from, where nothing else bounds them: who has proved nothing, and guests. */
export class AddressPlaces {
  private readonly addresses = new Map<object, string>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly perAddress: number) {}

  isFull(address: string): boolean {
    return (this.counts.get(address) ?? 0) >= this.perAddress;
  }

  add(connection: object, address: string): void {
    this.remove(connection);
    this.addresses.set(connection, address);
    this.counts.set(address, (this.counts.get(address) ?? 0) + 1);
  }

  /** Once it counts no longer; again does nothing. */
  remove(connection: object): void {
    const address = this.addresses.get(connection);
    if (address === undefined) return;
    this.addresses.delete(connection);
    const left = (this.counts.get(address) ?? 1) - 1;
    if (left === 0) this.counts.delete(address);
    else this.counts.set(address, left);
  }
}
