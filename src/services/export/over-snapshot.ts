import type { Snapshot } from "../../store/batch/snapshot.ts";
import type { Services } from "../services.ts";

/** What `read` gives of one moment of the database, which is let go when it ends, fails or is given up. */
export async function* overSnapshot<Piece>(
  { store }: Services,
  read: (snapshot: Snapshot) => AsyncGenerator<Piece>,
): AsyncGenerator<Piece> {
  const snapshot = await store.openSnapshot();
  try {
    yield* read(snapshot);
  } finally {
    await snapshot.close();
  }
}
