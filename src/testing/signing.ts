import { createHmac } from "node:crypto";
import type { OwnProvider } from "../domain/ids.ts";

/** How each provider signs, written down a second time: a shared mistake would verify itself. */
const schemes: Readonly<
  Record<OwnProvider, { header: string; sign(text: string, time: number, secret: string): string }>
> = {
  paddle: {
    header: "paddle-signature",
    sign: (text, time, secret) => `ts=${time};h1=${hmac(secret, `${time}:${text}`)}`,
  },
  stripe: {
    header: "stripe-signature",
    sign: (text, time, secret) => `t=${time},v1=${hmac(secret, `${time}.${text}`)}`,
  },
};

/** The headers of a delivery; `time` in Unix seconds. */
export function signedHeaders(
  provider: OwnProvider,
  body: string,
  { secret, time }: { readonly secret: string; readonly time: number },
): Record<string, string> {
  const { header, sign } = schemes[provider];
  return { "content-type": "application/json", [header]: sign(body, time, secret) };
}

function hmac(secret: string, text: string): string {
  return createHmac("sha256", secret).update(text, "utf8").digest("hex");
}
