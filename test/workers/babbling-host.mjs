// An engine host whose stream makes no sense.
import { Socket } from "node:net";

new Socket({ fd: 3 }).write(Buffer.alloc(64, 0xff));
setInterval(() => {}, 1000);
