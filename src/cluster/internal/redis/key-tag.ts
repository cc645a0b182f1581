/** What the keys of a name have between braces, so that one server of a cluster holds them: never empty, and no brace in it. */
export function tagOf(name: string): string {
  return `set:${name.replace(/[%{}]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;
}

/** The name that a tag was made of. */
export function nameOf(tag: string): string {
  return tag.slice('set:'.length).replace(/%(25|7b|7d)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
