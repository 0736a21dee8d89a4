import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { OwnProvider } from "../../domain/ids.ts";
import type { Instant } from "../../domain/time.ts";
import { Random } from "../random.ts";
import type { World } from "../world.ts";
import type { Answer, Api, StatedDestinations } from "./answer.ts";
import { type CutOff, type Misbehaviour, type Mishap, Mood } from "./misbehaviour.ts";
import { PaddleApi } from "./paddle.ts";
import { StripeApi } from "./stripe.ts";

export interface StandInOptions {
  /** 0 picks a free one. */
  readonly port: number;
  readonly keys: { readonly paddle: string; readonly stripe: string };
  readonly misbehaviour: Misbehaviour;
  readonly cutOff?: CutOff;
  readonly seed: string;
  /** Where they send events; nowhere unless it is said. */
  readonly destinations?: StatedDestinations;
  /** The paths that the keys may not read; none unless it is said. */
  readonly forbidden?: readonly string[];
  /** The providers' present: what they forget depends on it. */
  readonly now: Instant;
}

export interface StandIn {
  readonly url: string;
  /** What went wrong so far, by intention. */
  readonly mishaps: readonly Mishap[];
  /** From now on it answers as the providers of another world do: time went by, or what was wrong is corrected. */
  state(world: World): void;
  close(): Promise<void>;
}

/** Both providers' lists over a world, on one port: Stripe's below /v1, Paddle's beside it. */
export async function serveStandIn(world: World, options: StandInOptions): Promise<StandIn> {
  let apis = apisOf(world, options);
  const mood = new Mood(options.misbehaviour, options.cutOff ?? {}, new Random(`${options.seed}/stand-in`));
  const mishaps: Mishap[] = [];
  const server = createServer((request, response) => {
    const api = /^\/v[12]\//.test(request.url ?? "") ? apis.stripe : apis.paddle;
    const mishap = mood.mishap(new URL(request.url ?? "/", "http://stand-in").pathname);
    if (mishap === null) {
      send(response, answerOf(api, request, { mood, forbidden: options.forbidden ?? [] }));
      return;
    }
    mishaps.push(mishap);
    befall(response, api, mishap);
  });
  await new Promise<void>((resolve) => server.listen(options.port, "127.0.0.1", resolve));
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${taken}`,
    mishaps,
    state(other) {
      apis = apisOf(other, options);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function apisOf(
  world: World,
  { keys, now, destinations = {} }: StandInOptions,
): Readonly<Record<OwnProvider, Api>> {
  return {
    stripe: new StripeApi(world, { key: keys.stripe, now, destinations }),
    paddle: new PaddleApi(world, { key: keys.paddle, now, destinations }),
  };
}

function answerOf(
  api: Api,
  request: IncomingMessage,
  { mood, forbidden }: { readonly mood: Mood; readonly forbidden: readonly string[] },
): Answer {
  const origin = `http://${request.headers.host}`;
  const { pathname, searchParams } = new URL(request.url ?? "/", origin);
  const { headers } = request;
  const shown = (list: string) => mood.shown(list);
  if (request.method !== "GET")
    return api.refusal({ kind: "not_found", detail: "Only lists can be read here." });
  if (forbidden.includes(pathname))
    return api.refusal({ kind: "forbidden", detail: "The key does not have the required permissions." });
  const repeats = mood.repeats();
  const answer = api.answer({ origin, path: pathname, query: searchParams, headers, shown, repeats });
  return answer ?? api.refusal({ kind: "not_found", detail: `There is no ${pathname}.` });
}

function befall(response: ServerResponse, api: Api, mishap: Mishap): void {
  if (mishap === "timeout") return; // It never answers, as networks do.
  if (mishap === "html") {
    response.writeHead(502, { "content-type": "text/html" }).end("<html><h1>502 Bad Gateway</h1></html>");
    return;
  }
  send(response, api.refusal({ kind: mishap }));
}

function send(response: ServerResponse, { status, headers = {}, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
