import { describe, expect, it } from "vitest";
import { canonicalHash, type Json } from "../../ts/core/canonical-json.ts";
import { route } from "../../ts/routing/route.ts";
import { offer, routeInput } from "./cases.ts";

describe("the hashes of what a decision read", () => {
  it("are those of the canonical JSON, for back ends that are frozen and for others, the second time too", () => {
    const [a, b] = [offer({ id: "a" }), offer({ id: "b", executionMs: 7 })];
    const frozen = { ...a, description: Object.freeze(a.description) };
    const input = routeInput({ backends: [b, frozen] });
    for (let k = 0; k < 2; k++) {
      expect(route(input).snapshotHashes).toEqual({
        backends: canonicalHash([frozen, b] as unknown as Json),
        policy: canonicalHash(input.policy as unknown as Json),
        calibration: canonicalHash(input.calibration as unknown as Json),
      });
    }
  });

  it("follow a back end that is not frozen and changes in place", () => {
    const changing = offer({ id: "a" });
    const before = route(routeInput({ backends: [changing] })).snapshotHashes.backends;
    changing.description.region = "elsewhere";
    expect(route(routeInput({ backends: [changing] })).snapshotHashes.backends).not.toBe(before);
  });
});
