/** A part of an app: answers a question if its customer has paid for it. */
import type { Tallyhook } from "tallyhook";

export async function answer(
  tallyhook: Tallyhook,
  customer: string,
  question: string,
): Promise<string | null> {
  const wallet = tallyhook.wallet({ owner: customer, currency: "USD" });
  const id = `${customer}:${question}`; // ids count in the whole database: another customer may have the same question
  if ((await wallet.usage(id)) === null) {
    const { enough } = await wallet.enoughBalance("questions");
    if (!enough) return null;
    await wallet.use({ id, meter: "questions", quantity: 1 });
  }
  return "42";
}
