import { expect, it } from "vitest";
import { userFolders } from "../../ts/core/user-folders.ts";

it("a user's folders follow XDG and ignore relative values", () => {
  expect(userFolders({ HOME: "/home/a" })).toEqual({
    data: "/home/a/.local/share/ketflow",
    config: "/home/a/.config/ketflow",
    state: "/home/a/.local/state/ketflow",
  });
  const some = { XDG_DATA_HOME: "/d/", XDG_CONFIG_HOME: "relative", XDG_STATE_HOME: "/s" };
  expect(userFolders({ HOME: "/home/a", ...some })).toEqual({
    data: "/d/ketflow",
    config: "/home/a/.config/ketflow",
    state: "/s/ketflow",
  });
});
