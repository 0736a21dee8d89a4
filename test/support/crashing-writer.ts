/**
 * A process that is made to be killed: it opens the database named by its argument, writes counted events without end, and
 * prints the name of each once it is acknowledged.
 */
import { systemClock } from "../../src/domain/time.ts";
import { openStore } from "../../src/store/store.ts";
import { countingEvent } from "./small-works.ts";

const store = await openStore({ databaseUrl: String(process.argv[2]), migrate: true, clock: systemClock });

async function writeWithoutEnd(writer: number): Promise<void> {
  for (let count = 0; ; count += 1) {
    const name = await store.write(
      countingEvent(`evt_${process.pid}_${writer}_${count}`, `owner_${writer % 7}`),
    );
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all(Array.from({ length: 40 }, (_, writer) => writeWithoutEnd(writer)));
