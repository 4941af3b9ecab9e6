"""Verifies a Ketflow log and receipts from it, written from the C2SP texts (tlog-tiles, tlog-checkpoint, signed-note,
tlog-cosignature, tlog-proof) and docs/receipt.md; it shares no line with the TypeScript that writes them.

    verify_log.py --key VKEY --key VKEY [--log DIRECTORY] [--receipt FILE]

Needs Python 3.9 and the package `cryptography` with ML-DSA (see requirements.txt).
"""

import argparse
import base64
import hashlib
import hmac
import json
import pathlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

ED25519, ML_DSA_44 = 1, 6


class Refused(Exception):
    """What is wrong, in words."""


def require(condition, message):
    if not condition:
        raise Refused(message)


# --- RFC 6962, section 2.1 -------------------------------------------------------------------------------------------


def leaf_hash(leaf):
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(hashes):
    """MTH over a list of leaf hashes."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(tree_root(hashes[:split]), tree_root(hashes[split:]))


def root_from_path(index, size, leaf, path):
    """Consumes the path from the root down, as PATH of RFC 6962 is defined, then hashes back up."""
    if size == 1:
        require(not path, "the proof has too many hashes")
        return leaf
    require(path, "the proof has too few hashes")
    split = 1
    while split * 2 < size:
        split *= 2
    if index < split:
        return node_hash(root_from_path(index, split, leaf, path[:-1]), path[-1])
    return node_hash(path[-1], root_from_path(index - split, size - split, leaf, path[:-1]))


# --- signed-note, tlog-checkpoint, tlog-cosignature --------------------------------------------------------------------


def parse_vkey(text):
    name, key_id, material = text.strip().split("+", 2)
    material = base64.b64decode(material, validate=True)
    expected = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
    require(expected.hex() == key_id, f"the key id of {name} is not that of its key")
    return {"name": name, "id": expected, "type": material[0], "key": material[1:]}


def parse_checkpoint(note):
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    lines = text.split("\n")
    require(len(lines) == 4 and lines[3] == "", "the checkpoint is not three lines")
    origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
    require(str(int(size)) == size and len(root) == 32, "size or root of the checkpoint is malformed")
    found = []
    for line in signatures.rstrip("\n").split("\n"):
        dash, name, encoded = line.split(" ")
        require(dash == "\u2014", "a signature line does not begin with an em dash")
        blob = base64.b64decode(encoded, validate=True)
        found.append((name, blob[:4], blob[4:]))
    return {"text": text, "origin": origin, "size": int(size), "root": root, "signatures": found}


def cosigned_message(cosigner, timestamp, origin, size, root):
    def opaque(value):
        require(1 <= len(value) <= 255, "a name is empty or too long")
        return bytes([len(value)]) + value

    return (
        b"subtree/v1\n\x00"
        + opaque(cosigner.encode())
        + timestamp.to_bytes(8, "big")
        + opaque(origin.encode())
        + (0).to_bytes(8, "big")
        + size.to_bytes(8, "big")
        + root
    )


def verify_checkpoint(checkpoint, keys):
    """Both kinds of key must have signed; returns the time of the ML-DSA-44 signature."""
    timestamp, verified = None, set()
    for key in keys:
        require(key["name"] == checkpoint["origin"], f"{key['name']} is not a key of log {checkpoint['origin']}")
        for name, key_id, signature in checkpoint["signatures"]:
            if (name, key_id) != (key["name"], key["id"]):
                continue
            try:
                if key["type"] == ED25519:
                    Ed25519PublicKey.from_public_bytes(key["key"]).verify(signature, checkpoint["text"].encode())
                elif key["type"] == ML_DSA_44:
                    timestamp = int.from_bytes(signature[:8], "big")
                    require(0 < timestamp < 2**63, "the timestamp of the cosignature is out of range")
                    message = cosigned_message(
                        key["name"], timestamp, checkpoint["origin"], checkpoint["size"], checkpoint["root"]
                    )
                    MLDSA44PublicKey.from_public_bytes(key["key"]).verify(signature[8:], message)
                else:
                    raise Refused(f"key type {key['type']} is not known")
            except InvalidSignature:
                raise Refused(f"the signature of type {key['type']} does not hold") from None
            verified.add(key["type"])
    require(verified == {ED25519, ML_DSA_44}, f"the checkpoint needs both signatures, found types {sorted(verified)}")
    return timestamp


# --- tlog-tiles --------------------------------------------------------------------------------------------------------


def tile_path(level, index, width):
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return f"tile/{level}/" + "/".join(groups) + ("" if width == 256 else f".p/{width}")


def widths(count):
    """Widths of the tiles that hold `count` hashes: full ones, then the partial one."""
    return [256] * (count // 256) + ([count % 256] if count % 256 else [])


def verify_tiles(directory, size):
    """Recomputes every tile from the entries upwards; returns the leaf hashes."""
    hashes = []
    for index, width in enumerate(widths(size)):
        bundle = (directory / tile_path("entries", index, width)).read_bytes()
        offset = 0
        for _ in range(width):
            length = int.from_bytes(bundle[offset : offset + 2], "big")
            entry = bundle[offset + 2 : offset + 2 + length]
            require(len(entry) == length, f"entry bundle {index} is cut off")
            hashes.append(leaf_hash(entry))
            offset += 2 + length
        require(offset == len(bundle), f"entry bundle {index} has more than {width} entries")
    level, row = 0, hashes
    while row:
        for index, width in enumerate(widths(len(row))):
            tile = (directory / tile_path(level, index, width)).read_bytes()
            expected = b"".join(row[index * 256 : index * 256 + width])
            require(tile == expected, f"tile {index} of level {level} is not what the entries give")
        row = [tree_root(row[at : at + 256]) for at in range(0, len(row) - len(row) % 256, 256)]
        level += 1
    return hashes


# --- tlog-proof --------------------------------------------------------------------------------------------------------


def verify_proof(text, leaf, keys):
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    require(lines[0] == "c2sp.org/tlog-proof@v1", "the proof has another format")
    require(lines[1].startswith("index "), "the proof has no index")
    index = int(lines[1][len("index ") :])
    path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    checkpoint = parse_checkpoint(note)
    verify_checkpoint(checkpoint, keys)
    require(index < checkpoint["size"], "the proof is for a leaf beyond its checkpoint")
    root = root_from_path(index, checkpoint["size"], leaf_hash(leaf), path)
    require(root == checkpoint["root"], "the proof does not lead to the signed root")
    return index


# --- docs/receipt.md ---------------------------------------------------------------------------------------------------


def canonical(value):
    """RFC 8785, as far as details of events go: whole numbers and members that sort alike by bytes and by UTF-16."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def verify_receipt(text, keys):
    """The leaf is the manifest as it stands in the file; the salt opens what it commits to."""
    receipt = json.loads(text)
    require(receipt["format"] in ("ketflow-receipt/1", "ketflow-event-file/1"), "the file is none of these formats")
    leaf = text.partition('"manifest":')[2].partition(',"opening":')[0].encode()
    manifest, opening = receipt["manifest"], receipt["opening"]
    require(json.loads(leaf) == manifest, "the manifest is not where the format puts it")
    salt = bytes.fromhex(opening["salt"])

    def opens(field, data):
        require(hmac.new(salt, data, "sha256").hexdigest() == manifest[field], f"{field} does not open")

    if receipt["format"] == "ketflow-event-file/1":
        for member in ("tenant", "subject"):
            if member in opening:
                opens(f"{member}Commitment", opening[member].encode())
        if "requestId" in opening:
            opens("requestCommitment", opening["requestId"].encode())
        for member in ("actor", "detail"):
            if member in opening:
                opens(f"{member}Commitment", canonical(opening[member]))
        return verify_proof(receipt["proof"], leaf, keys)
    if "submittedBy" in opening:
        opens("actorCommitment", opening["submittedBy"].encode())
    if "input" in opening:
        source = opening["input"]
        opens("inputCommitment", source.encode() if isinstance(source, str) else base64.b64decode(source["base64"]))
    if "result" in opening:
        opens("resultCommitment", bytes.fromhex(opening["result"]["hash"]))
    options = text.partition(',"opening":')[2].partition('"options":')[2].partition(',"result":')[0].partition(',"salt":')[0]
    opens("optionsCommitment", options.encode())
    return verify_proof(receipt["proof"], leaf, keys)


def main():
    arguments = argparse.ArgumentParser(description="Verifies a Ketflow log and receipts from it.")
    arguments.add_argument("--key", action="append", required=True, help="verifier key; give both")
    arguments.add_argument("--log", type=pathlib.Path, help="folder with `checkpoint` and `tile`")
    arguments.add_argument("--receipt", type=pathlib.Path)
    options = arguments.parse_args()
    try:
        keys = [parse_vkey(key) for key in options.key]
        if options.log is not None:
            checkpoint = parse_checkpoint((options.log / "checkpoint").read_text("utf-8"))
            timestamp = verify_checkpoint(checkpoint, keys)
            hashes = verify_tiles(options.log, checkpoint["size"])
            require(tree_root(hashes) == checkpoint["root"], "the entries do not give the signed root")
            print(f"{checkpoint['origin']}: {checkpoint['size']} entries, signed at {timestamp}, everything holds")
        if options.receipt is not None:
            index = verify_receipt(options.receipt.read_text("utf-8"), keys)
            print(f"the receipt is entry {index}, everything holds")
    except (Refused, ValueError, KeyError, IndexError, OSError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
