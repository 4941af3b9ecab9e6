// An engine host that is never done with starting; it ends with its stream, as the real one does.
import { Socket } from "node:net";

new Socket({ fd: 3 }).resume().on("close", () => process.exit());
