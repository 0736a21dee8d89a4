/**
 * What an app attached to a provider's object: texts, and numbers as their text. Null is as good as absent. What is neither
 * (a list, an object, a flag, a number that was rounded) is kept for people to see, and no policy can read it.
 */
export type Metadata = Readonly<Record<string, string | Unreadable>>;

export interface Unreadable {
  readonly json: string;
}

/** The key of a whole attachment that is no object. */
export const wholeAttachment = "";

/** What a policy reads under a key; `null` if nothing it could read is there. */
export function textAt(metadata: Metadata, key: string): string | null {
  const value = valueAt(metadata, key);
  return typeof value === "string" ? value : null;
}

function valueAt(metadata: Metadata, key: string): string | Unreadable | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}

/** An attachment that is no object has no keys: whatever is looked for in it cannot be read. */
export function unreadableAt(metadata: Metadata, key: string): Unreadable | null {
  const value = valueAt(metadata, key) ?? valueAt(metadata, wholeAttachment);
  return typeof value === "object" ? value : null;
}
