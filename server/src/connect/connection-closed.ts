/**
 * The door to Microsoft was closed while something waited behind it: its connection was tested anew, or removed. No outcome of
 * what was asked: whoever works on it opens the door again, and learns whether there still is one.
 */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed'
  constructor() {
    super('The connection to Microsoft was closed.')
  }
}
