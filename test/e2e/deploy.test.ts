import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scratch } from "../cli/scratch.ts";

const deploy = fileURLToPath(new URL("../../docs/deploy", import.meta.url));

/** Debian's nginx lies in /usr/sbin, which is not on everybody's path. */
const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
const call = (command: string, ...args: string[]) => spawnSync(command, args, { env, encoding: "utf8" });

function lacks(command: string, flag: string): boolean {
  const isMissing = call(command, flag).error !== undefined;
  if (isMissing) console.log(`not checked: docs/deploy by ${command}, which is not here`);
  return isMissing;
}

describe("docs/deploy", () => {
  const skipsNginx = process.env.KETFLOW_REQUIRE === undefined && (lacks("nginx", "-v") || lacks("openssl", "version"));

  it.skipIf(skipsNginx)("has a configuration that nginx accepts", () => {
    const folder = scratch();
    const [key, chain] = [join(folder, "key.pem"), join(folder, "fullchain.pem")];
    call(
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "1",
      "-subj",
      "/CN=x",
      "-keyout",
      key,
      "-out",
      chain,
    );
    const server = readFileSync(join(deploy, "nginx.conf"), "utf8").replaceAll("/etc/ssl/ketflow", folder);
    const main = `pid ${folder}/pid; error_log stderr; events {} http { access_log off;\n${server}\n}\n`;
    writeFileSync(join(folder, "nginx.conf"), main);
    const { status, stderr } = call("nginx", "-t", "-p", folder, "-c", join(folder, "nginx.conf"));
    expect(stderr).toContain("syntax is ok");
    expect(status).toBe(0);
    // A stranger must not pass for a program of this machine: each way to the service says whom it forwards for.
    expect(server.match(/proxy_pass /g)?.length).toBe(server.match(/X-Forwarded-For +\$remote_addr;/g)?.length);
  });

  const skipsCaddy = process.env.KETFLOW_REQUIRE === undefined && lacks("caddy", "version");

  it.skipIf(skipsCaddy)("has a configuration that Caddy accepts", () => {
    const env = { ...process.env, HOME: scratch() };
    const args = ["validate", "--adapter", "caddyfile", "--config", join(deploy, "Caddyfile")];
    const { status, stdout, stderr } = spawnSync("caddy", args, { env, encoding: "utf8" });
    expect([status, stdout + stderr]).toEqual([0, expect.stringContaining("Valid configuration")]);
  });

  it.skipIf(lacks("systemd-analyze", "--version"))("has a unit that systemd accepts", () => {
    const { status, stdout, stderr } = call("systemd-analyze", "verify", join(deploy, "ketflow.service"));
    expect(stdout + stderr).toBe("");
    expect(status).toBe(0);
  });
});
