/** Something that the user gave cannot be used; its message is all that they need. */
export class InputError extends Error {
  override readonly name = 'InputError'
}
