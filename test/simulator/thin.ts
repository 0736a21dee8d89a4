import type { Emission } from "../../src/simulator/emission.ts";

/** The same event of Stripe's as a destination of thin events gets it. */
export function thin(emission: Emission, changed: object = {}): Emission {
  const event = JSON.parse(emission.body);
  const { object: kind, id: ref } = event.data.object;
  const own = `evt_thin_${event.id}`;
  const body = {
    id: own,
    object: "v2.core.event",
    type: `v1.${event.type}`,
    created: new Date(event.created * 1000).toISOString(),
    livemode: event.livemode,
    context: null,
    related_object: { id: ref, type: kind, url: `/v1/${kind}s/${ref}` },
    snapshot_event: event.id,
    ...changed,
  };
  return { ...emission, id: own, body: JSON.stringify(body) };
}

/** As it is where nobody makes the event with its object in it: only the object can be asked for. */
export const namingOnly = (emission: Emission): Emission => thin(emission, { snapshot_event: undefined });
