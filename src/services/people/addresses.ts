import { createHmac } from "node:crypto";
import type { People } from "../../store/people/people.ts";
import type { Services } from "../services.ts";

/** Once it was read it is the same for ever; what could not be read is read again. */
const keys = new WeakMap<People, Promise<Buffer>>();

export function installationKey({ store: { people } }: Pick<Services, "store">): Promise<Buffer> {
  const known = keys.get(people);
  if (known !== undefined) return known;
  const key = people.installationKey().catch((error: unknown) => {
    keys.delete(people);
    throw error;
  });
  keys.set(people, key);
  return key;
}

/** Under the installation's key, and apart by what it is of: who has the database alone cannot try what it was made from. */
export const keyedHash = (key: Buffer, of: string, text: string): string =>
  createHmac("sha256", key).update(`${of} ${text}`).digest("base64url");

/** An address as the trail has it. */
export async function hashedAddress(services: Pick<Services, "store">, address: string): Promise<string> {
  return keyedHash(await installationKey(services), "address", address);
}
