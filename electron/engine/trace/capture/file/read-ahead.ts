/** What is read at once: little enough to lie near the processor when it is looked at. */
const roomBytes = 512 * 1024

/**
 * Bytes of a capture that were read and not used: those from `from` to `to`; the first of `bytes` lies at `position`.
 */
export class ReadAhead {
  /** No Buffer, whose `slice` would be a view: what is kept of these bytes must be a copy. */
  bytes: Uint8Array = new Uint8Array(roomBytes)
  from = 0
  to = 0
  position = 0

  get rest(): number {
    return this.to - this.from
  }

  /** Makes room behind what is not used yet: what was used goes, and where all is in use the room doubles. */
  makeRoom(): void {
    const used = this.bytes.subarray(this.from, this.to)
    const room = this.rest * 2 > this.bytes.length ? new Uint8Array(this.bytes.length * 2) : this.bytes
    room.set(used)
    this.position += this.from
    this.to -= this.from
    this.from = 0
    this.bytes = room
  }

  /** Adds bytes from elsewhere. */
  add(chunk: Uint8Array): void {
    this.makeRoom()
    while (this.bytes.length - this.to < chunk.length) {
      const room = new Uint8Array(this.bytes.length * 2)
      room.set(this.bytes.subarray(0, this.to))
      this.bytes = room
    }
    this.bytes.set(chunk, this.to)
    this.to += chunk.length
  }
}
