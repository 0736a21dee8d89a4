import Stripe from "stripe";

/** Pages of the largest objects that were seen have some megabytes. */
const mostBytes = 32 * 2 ** 20;

type Client = ReturnType<typeof Stripe.createNodeHttpClient>;
/** As far as a body is a stream. */
interface Stream {
  on(event: "data", listener: (chunk: { readonly length: number }) => void): unknown;
  destroy(error?: Error): unknown;
}
type Response = Awaited<ReturnType<Client["makeRequest"]>>;

/**
 * Stripe's own client, but for what no API answers: a body without end, and another address, which nobody is to be sent our key
 * through.
 */
export function boundedClient(): Client {
  const client = Stripe.createNodeHttpClient();
  return {
    getClientName: () => client.getClientName(),
    makeRequest: async (...asked) => bounded(await client.makeRequest(...asked)),
  };
}

function bounded(response: Response): Response {
  const read = response.toJSON.bind(response);
  return Object.assign(response, {
    toJSON: async () => {
      const raw = response.getRawResponse() as Stream;
      const status = response.getStatusCode();
      if (status >= 300 && status < 400) {
        raw.destroy();
        throw new Error("It sends us to another address.");
      }
      let length = 0;
      raw.on("data", (chunk) => {
        length += chunk.length;
        if (length > mostBytes) raw.destroy(new Error(`Its answer has more than ${mostBytes} bytes.`));
      });
      return read();
    },
  });
}
