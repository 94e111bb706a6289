/** Writes the location of a backend without its password, for logs and messages; also one that is not quite a URL. */
export function redactLocation(location: string): string {
  return location
    .replace(/^([a-z]+:\/\/[^/?#@:]*):[^?#]*@/i, '$1:***@')
    .replace(/([?&](?:password|token)=)[^&#]*/gi, '$1***')
}
