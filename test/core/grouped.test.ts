import { expect, it } from "vitest";
import { grouped } from "../../ts/core/grouped.ts";

it.each([0, 7, 999, 1000, 65_536, 1_000_000, 123_456_789])("groups %i as Intl does", (value) => {
  expect(grouped(value)).toBe(value.toLocaleString("en-US"));
});
