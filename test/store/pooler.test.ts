import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../src/domain/time.ts";
import { openStore } from "../../src/store/store.ts";
import { sharedPostgresUrl } from "../support/postgres.ts";
import { installationKey } from "../support/wallet-ids.ts";

let server: Server;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** Where PostgreSQL seems to be, for whoever connects to what `serve` does. */
async function urlOf(serve: (client: Socket) => void): Promise<string> {
  server = createServer((client) => {
    sockets.add(client.on("error", () => {}));
    serve(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(sharedPostgresUrl());
  url.port = String((server.address() as AddressInfo).port);
  return url.href;
}

const opened = (databaseUrl: string) =>
  openStore({ databaseUrl, installationKey, migrate: true, clock: systemClock });

/** A message as PostgreSQL writes it: a letter, its length, and what it says. */
function message(letter: string, said: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + said.length);
  return Buffer.concat([Buffer.from(letter), length, said]);
}

const letIn = Buffer.concat([message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))]);
const isReady = (bytes: Buffer) => bytes.subarray(-6, -1).equals(Buffer.from([0x5a, 0, 0, 0, 5]));

test("a pooler that gives each transaction another session is told at the start, with the setting that helps", async () => {
  // As PgBouncer with pool_mode = transaction and one session: all clients share it, each until its statement has ended.
  const session = connect(Number(new URL(sharedPostgresUrl()).port), "127.0.0.1").on("error", () => {});
  sockets.add(session);
  const waiting: { client: Socket; bytes: Buffer }[] = [];
  let served: Socket | null = null;
  let isSignedIn = false;
  const next = () => {
    const turn = served === null ? waiting.shift() : undefined;
    if (turn === undefined) return;
    served = turn.client;
    session.write(turn.bytes);
  };
  session.on("data", (bytes) => {
    served?.write(bytes);
    if (!isReady(bytes)) return;
    isSignedIn = true;
    served = null;
    next();
  });
  const url = await urlOf((client) => {
    let isGreeted = false;
    const onData = (bytes: Buffer) => {
      if (served === client) session.write(bytes);
      else if (isGreeted || !isSignedIn) {
        waiting.push({ client, bytes });
        next();
      } else client.write(letIn);
      isGreeted = true;
    };
    client.on("data", onData);
  });
  await expect(opened(url)).rejects.toThrow(
    /gives every transaction another session; set pool_mode = session/,
  );
});

test("a pooler that refuses what sessions begin with is told so", async () => {
  const refusal = Buffer.from("SFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0");
  const url = await urlOf((client) => client.once("data", () => client.end(message("E", refusal))));
  await expect(opened(url)).rejects.toThrow(/set ignore_startup_parameters = /);
});
