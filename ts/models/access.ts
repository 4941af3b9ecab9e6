import * as z from "zod";

/** What a key may do; every operation of the API names the one that it needs. */
export const SCOPES = [
  "jobs:read",
  "jobs:write",
  "jobs:approve",
  "policy:read",
  "policy:write",
  "keys:read",
  "keys:write",
  "audit:read",
  "backends:write",
  "models:read",
  "models:write",
  "models:call",
  "tenants:read",
  "tenants:write",
  "log:write",
] as const;
export type Scope = (typeof SCOPES)[number];

/** From the most to the least powerful. `admin` is of the installation, all others of one tenant. */
export const ROLES = ["admin", "operator", "member", "auditor"] as const;
export type Role = (typeof ROLES)[number];

/** The most that a key of a role may do; a key may be given less. */
export const SCOPES_OF_ROLE: { readonly [role in Role]: readonly Scope[] } = {
  admin: SCOPES,
  operator: SCOPES.filter((scope) => !["backends:write", "tenants:read", "tenants:write", "log:write"].includes(scope)),
  member: ["jobs:read", "jobs:write", "policy:read", "models:read", "models:call"],
  auditor: ["jobs:read", "policy:read", "keys:read", "audit:read", "models:read"],
};

/** A day. Both keys of a rotation work that long, unless told otherwise. */
export const DEFAULT_OVERLAP_MS = 86_400_000;
const MAX_OVERLAP_MS = 30 * DEFAULT_OVERLAP_MS;

const KeyName = z.string().min(1).max(100).meta({ description: "For people, such as `ci`" });

function createKeyOf<R extends Role>(role: R) {
  return z.strictObject({
    name: KeyName,
    role: z.literal(role),
    scopes: z
      .array(z.enum(SCOPES_OF_ROLE[role]))
      .min(1)
      .max(SCOPES_OF_ROLE[role].length)
      .optional()
      .meta({ description: "Less than the role may do; default: all of it" }),
    owner: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description:
          "The person behind the key: who asks for a job cannot approve it with another key of theirs. Default: the maker's, or where an " +
          "administrator makes it, a person of its own. Only an administrator names another than their own",
      }),
    expiresAt: z.iso.datetime().optional().meta({ description: "RFC 3339 in UTC, later than now; default: never" }),
  });
}

/** The body of `POST /v1/keys`: each role with the scopes that it may have. */
export const CreateKey = z.discriminatedUnion("role", [
  createKeyOf("admin"),
  createKeyOf("operator"),
  createKeyOf("member"),
  createKeyOf("auditor"),
]);
export type CreateKey = z.infer<typeof CreateKey>;

/** The body of `POST /v1/keys/{id}:rotate`. */
export const RotateKey = z.strictObject({
  overlapMs: z.int().min(0).max(MAX_OVERLAP_MS).default(DEFAULT_OVERLAP_MS),
});
export type RotateKey = z.infer<typeof RotateKey>;

export const KeyView = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  name: KeyName,
  owner: z.string(),
  role: z.enum(ROLES),
  scopes: z.array(z.enum(SCOPES)),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
  replaces: z.string().nullable().meta({ description: "The key that this one was rotated from" }),
});
export type KeyView = z.infer<typeof KeyView>;

/** A new key with its secret, which is shown this one time. */
export const NewKeyView = KeyView.extend({
  key: z.string().meta({ description: "Shown once: `Authorization: Bearer …`" }),
});
export type NewKeyView = z.infer<typeof NewKeyView>;
