import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Hash,
  inclusionProof,
  leafHash,
  nodeHash,
  rootFromInclusion,
  treeRoot,
  verifyInclusion,
} from "../../ts/audit/merkle.ts";
import { formatProof, parseProof } from "../../ts/audit/proof.ts";
import { decodeBundle, encodeBundle, partialWidth, tilePath, tileWidth } from "../../ts/audit/tile-path.ts";
import { subtreeReader, type Tile, TreeEdge } from "../../ts/audit/tiles.ts";
import { fromHex, toHex } from "../../ts/core/bytes.ts";
import { sha256 } from "../../ts/core/sha256.ts";
import { syntheticLeaves } from "./log-fixture.ts";

/** RFC 6962, section 2.1, word by word: MTH over the leaves themselves, no tiles, no reuse. */
function naiveRoot(leaves: readonly Uint8Array[]): Hash {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leafHash(leaves[0] as Uint8Array);
  const k = naiveSplit(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** RFC 6962, section 2.1.1: PATH(m, D[n]). */
function naivePath(m: number, leaves: readonly Uint8Array[]): Hash[] {
  if (leaves.length === 1) return [];
  const k = naiveSplit(leaves.length);
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

const naiveSplit = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** All tiles of a tree, as the writer would have them on disk. */
function growTiles(leaves: readonly Uint8Array[]): {
  edge: TreeEdge;
  tile: (level: number, index: number) => readonly Hash[];
} {
  const edge = new TreeEdge();
  const full = leaves.flatMap((leaf) => edge.append(leaf));
  const tiles = new Map(
    [...full, ...edge.partialTiles()].map((tile: Tile) => [`${tile.level}/${tile.index}`, tile.hashes]),
  );
  return { edge, tile: (level, index) => tiles.get(`${level}/${index}`) ?? [] };
}

describe("Merkle trees", () => {
  it("have the roots of Certificate Transparency's reference tree", () => {
    const leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const roots = [
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    const edge = new TreeEdge();
    expect(toHex(edge.root())).toBe(roots[0]);
    for (const [k, leaf] of leaves.entries()) {
      edge.append(fromHex(leaf));
      expect(toHex(edge.root())).toBe(roots[k + 1]);
    }
  });

  it("agree with the definition in root and path for every size to 300 (leaves drawn)", () => {
    const leaves = syntheticLeaves(300);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, draw) => {
        const index = draw % size;
        const some = leaves.slice(0, size);
        const { edge, tile } = growTiles(some);
        const root = naiveRoot(some);
        expect(toHex(edge.root())).toBe(toHex(root));
        const path = inclusionProof(index, size, subtreeReader(tile));
        expect(path.map(toHex)).toEqual(naivePath(index, some).map(toHex));
        expect(verifyInclusion(index, size, leafHash(some[index] as Uint8Array), path, root)).toBe(true);
      }),
      { seed: 6962, numRuns: 150 },
    );
  });

  it("have roots at every size from 1 to 300 that all earlier tiles lead to", () => {
    const leaves = syntheticLeaves(300);
    const { tile } = growTiles(leaves);
    for (let size = 1; size <= 300; size++) {
      expect(toHex(treeRoot(size, subtreeReader(tile)))).toBe(toHex(naiveRoot(leaves.slice(0, size))));
    }
  });

  it("prove leaves on both sides of tile borders in a tree of 66,000", () => {
    const size = 66_000;
    const leaves = syntheticLeaves(size);
    const { edge, tile } = growTiles(leaves);
    const root = edge.root();
    expect(edge.partialTiles().map(({ level, index, hashes }) => [level, index, hashes.length])).toEqual([
      [0, 257, 208],
      [1, 1, 1],
      [2, 0, 1],
    ]);
    for (const index of [0, 255, 256, 65_279, 65_280, 65_535, 65_536, 65_791, 65_792, size - 1]) {
      const path = inclusionProof(index, size, subtreeReader(tile));
      const leaf = leafHash(leaves[index] as Uint8Array);
      expect(verifyInclusion(index, size, leaf, path, root)).toBe(true);
      expect(verifyInclusion(index === 0 ? 1 : index - 1, size, leaf, path, root)).toBe(false);
    }
  });

  it("refuse a path at any other place, size, length or leaf", () => {
    const leaves = syntheticLeaves(70);
    const { edge, tile } = growTiles(leaves);
    const root = edge.root();
    for (let index = 0; index < 70; index++) {
      const path = inclusionProof(index, 70, subtreeReader(tile));
      const leaf = leafHash(leaves[index] as Uint8Array);
      for (let other = 0; other < 70; other++)
        expect(verifyInclusion(other, 70, leaf, path, root)).toBe(other === index);
      expect(rootFromInclusion(index, 70, leaf, path.slice(1))).toBeUndefined();
      expect(rootFromInclusion(index, 70, leaf, [...path, root])).toBeUndefined();
      expect(verifyInclusion(index, 70, leafHash(leaf), path, root)).toBe(false);
    }
    expect(rootFromInclusion(0, 0, root, [])).toBeUndefined();
    expect(() => inclusionProof(70, 70, subtreeReader(tile))).toThrow("leaf 70 is not in a tree of 70");
  });
});

describe("tile names", () => {
  it("are those of the specification", () => {
    expect(tilePath(0, 0)).toBe("tile/0/000");
    expect(tilePath(0, 1_234_067)).toBe("tile/0/x001/x234/067");
    expect(tilePath("entries", 1000, 17)).toBe("tile/entries/x001/000.p/17");
  });

  it("give the example tree of 70,000 its tiles", () => {
    expect([0, 1, 2, 3].map((level) => partialWidth(70_000, level))).toEqual([112, 17, 1, 0]);
    expect([tileWidth(70_000, 0, 272), tileWidth(70_000, 0, 273), tileWidth(70_000, 0, 274)]).toEqual([256, 112, 0]);
    expect([tileWidth(70_000, 1, 0), tileWidth(70_000, 1, 1)]).toEqual([256, 17]);
  });

  it("come with bundles that read back as they were written", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (leaves) => {
        expect(decodeBundle(encodeBundle(leaves)).map(toHex)).toEqual(leaves.map(toHex));
      }),
      { seed: 1 },
    );
    expect(toHex(encodeBundle([fromHex("aabb"), fromHex("")]))).toBe("0002aabb0000");
    expect(() => decodeBundle(fromHex("0002aabb00"))).toThrow("cut off inside leaf 1");
    expect(() => decodeBundle(fromHex("0003aabb"))).toThrow("cut off inside leaf 0");
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow("at most 65535 fit");
  });
});

describe("proof texts", () => {
  const proof = {
    index: 73_894,
    path: [sha256(Uint8Array.of(1)), sha256(Uint8Array.of(2))],
    checkpoint: "o\n3\nr\n\n— o AAAAAAAA\n",
  };

  it("have the lines of the specification", () => {
    const hashes = proof.path.map((hash) => `${Buffer.from(hash).toString("base64")}\n`).join("");
    expect(formatProof(proof)).toBe(`c2sp.org/tlog-proof@v1\nindex 73894\n${hashes}\n${proof.checkpoint}`);
    expect(parseProof(formatProof(proof))).toEqual(proof);
    expect(parseProof(formatProof({ ...proof, path: [] }))).toEqual({ ...proof, path: [] });
  });

  it.each([
    ["another version", (text: string) => text.replace("@v1", "@v2"), "first line must be"],
    [
      "extra data, which nothing signs",
      (text: string) => text.replace("index", "extra AAAA\nindex"),
      "extra lines are not accepted",
    ],
    ["a leading zero", (text: string) => text.replace("index 7", "index 07"), "decimal number"],
    ["a short hash", (text: string) => text.replace(/\n\S{44}\n/, "\nAAAA\n"), "hash 1 must have 32 bytes"],
    ["no checkpoint", (text: string) => text.slice(0, text.indexOf("\n\n")), "first line must be"],
    ["a path that no tree has", (text: string) => text.replace("\n\n", `\n${"x\n".repeat(54)}\n`), "at most 53"],
  ])("refuse %s", (_, change, message) => {
    expect(() => parseProof(change(formatProof(proof)))).toThrow(message);
  });
});
