"""A second reader of exports and receipts, written from docs/ledger.md alone.

It shares nothing with the product, so that the document is known to be enough. It reads in the
plainest way, all at once, and proves what an outsider may want first: whose signature it is, that
the tree only grew, that each row is in it, and what a receipt says.

    python independent_reader.py EXPORT VERIFIER_KEY [RECEIPT]
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def node(left, right):
    return sha(b"\x01", left, right)


def tree_root(hashes):
    """Section 6, by its definition."""
    if not hashes:
        return sha()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(tree_root(hashes[:k]), tree_root(hashes[k:]))


def follow_inclusion(leaf_hash, m, n, proof):
    """Return the root to which an inclusion proof leads (section 6)."""
    r, f, s = leaf_hash, m, n - 1
    assert 0 <= m < n
    for p in proof:
        assert s != 0
        if f % 2 == 1 or f == s:
            r = node(p, r)
            while f % 2 == 0 and f != 0:
                f, s = f // 2, s // 2
        else:
            r = node(r, p)
        f, s = f // 2, s // 2
    assert s == 0
    return r


def follow_consistency(m, old_root, n, proof):
    """Return the old and the new root to which a consistency proof leads (section 6)."""
    if m == n:
        assert proof == []
        return old_root, old_root
    hashes = list(proof)
    if m & (m - 1) == 0:
        hashes.insert(0, old_root)
    f, s = m - 1, n - 1
    while f % 2 == 1:
        f, s = f // 2, s // 2
    a = b = hashes[0]
    for c in hashes[1:]:
        assert s != 0
        if f % 2 == 1 or f == s:
            a, b = node(c, a), node(c, b)
            while f % 2 == 0 and f != 0:
                f, s = f // 2, s // 2
        else:
            b = node(b, c)
        f, s = f // 2, s // 2
    assert s == 0
    return a, b


def fold(frontier):
    """Return the root of a frontier (section 6)."""
    if not frontier:
        return sha()
    root = frontier[-1]
    for left in frontier[-2::-1]:
        root = node(left, root)
    return root


def note(text, key):
    """Return (origin, size, root) of a checkpoint that the verifier key has signed (section 7)."""
    name, mark, encoded = key.split("+", 2)
    typed = base64.b64decode(encoded)
    assert typed[0] == 1
    assert sha(name.encode(), b"\n", typed)[:4].hex() == mark
    body, signatures = text.split("\n\n")
    origin, size, root, _time = body.split("\n")
    assert origin == name
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        raw = base64.b64decode(signature)
        if dash == "—" and signer == name and raw[:4].hex() == mark:
            public = Ed25519PublicKey.from_public_bytes(typed[1:])
            public.verify(raw[4:], f"{body}\n".encode())
            return origin, int(size), base64.b64decode(root)
    raise AssertionError("not signed by this key")


def unsigned(text):
    """Return (size, root) of a checkpoint as it stands."""
    _, size, root, _ = text.split("\n\n")[0].split("\n")
    return int(size), base64.b64decode(root)


def read_export(data, key):
    """Prove an export (section 8.1); return its header, its leaves and its last root."""
    line, rest = data.split(b"\n", 1)
    header = json.loads(line)
    assert (header["format"], header["version"]) == ("incentive-ledger-export", 1)
    origin, size, root = note(header["checkpoints"][-1], key)
    assert (origin, size) == (header["origin"], header["to"])

    openings, rest = rest[: 32 * header["openings"]], rest[32 * header["openings"] :]
    leaves = []
    for _ in range(header["from"], header["to"]):
        a, b = (int.from_bytes(rest[at : at + 4], "big") for at in (0, 4))
        recorded, covered, rest = rest[8:40], rest[40 : 40 + a], rest[40 + a + b :]
        assert covered[:1] == b"\x00"
        assert sha(covered) == recorded
        leaves.append(covered[1:])

    *owners, last = rest.removesuffix(b"\n").split(b"\n")
    beside = b"".join(owner + b"\n" for owner in owners)
    assert json.loads(last) == {"sha256": sha(line, b"\n", openings, beside).hex()}

    frontier = [base64.b64decode(each) for each in header["frontier"]]
    roots = dict(unsigned(each) for each in header["checkpoints"])
    if header["from"] == 0:
        assert tree_root([sha(b"\x00", leaf) for leaf in leaves]) == root
    m, *proof = header["consistency"]
    old = fold(frontier) if m == header["from"] and m else roots[m]
    assert follow_consistency(m, old, size, [base64.b64decode(each) for each in proof]) == (
        old,
        root,
    )
    return header, leaves, root


def read_receipt(text, key):
    """Prove a receipt (section 8.2); return its leaf's number, entries, and (actor, reason)."""
    receipt = json.loads(unpacked(text) if text.startswith("IR1:") else text)
    assert (receipt["format"], receipt["version"]) == ("incentive-ledger-receipt", 1)
    _, size, root = note(receipt["checkpoint"], key)
    leaf = base64.b64decode(receipt["leaf"])
    proof = [base64.b64decode(each) for each in receipt["proof"]]
    assert follow_inclusion(sha(b"\x00", leaf), receipt["seq"], size, proof) == root

    owners = {
        sha(base64.b64decode(each["salt"]), each["owner"].encode()): each["owner"]
        for each in receipt["owners"]
    }
    opening = base64.b64decode(receipt["memo"])
    assert sha(opening) == leaf[38:70]
    actor_size = int.from_bytes(opening[16:20], "big")
    actor = opening[20 : 20 + actor_size].decode()
    reason = opening[24 + actor_size :].decode()
    return receipt["seq"], entries(leaf, owners), (actor, reason)


def entries(leaf, owners):
    """Return (owner or None, asset, purpose, amount, balance) of each entry (section 5)."""
    assert leaf[:2] == b"T\x01"
    found = []
    for n in range(int.from_bytes(leaf[70:72], "big")):
        entry = leaf[88 + 72 * n : 88 + 72 * (n + 1)]
        assert int.from_bytes(entry[:2], "big") == n + 1
        amount, balance = (
            int.from_bytes(entry[at : at + 8], "big", signed=True) for at in (48, 56)
        )
        found.append((owners.get(entry[10:42]), entry[42], entry[43], amount, balance))
    for asset in {asset for _, asset, *_ in found}:
        assert sum(entry[3] for entry in found if entry[1] == asset) == 0
    return found


def unpacked(code):
    """Return the JSON in the text of a receipt's code (RFC 9285, RFC 1950)."""
    import zlib

    data, letters = b"", [ALPHABET.index(letter) for letter in code[4:]]
    for at in range(0, len(letters), 3):
        group = letters[at : at + 3]
        number = sum(value * 45**power for power, value in enumerate(group))
        data += number.to_bytes(len(group) - 1, "big")
    return zlib.decompress(data)


def main():
    export, key, *receipts = sys.argv[1:]
    with pathlib.Path(export).open("rb") as file:
        header, leaves, root = read_export(file.read(), key)
    sys.stdout.write(f"{len(leaves)} rows of {header['origin']}, root {root.hex()}\n")
    for path in receipts:
        with pathlib.Path(path).open(encoding="utf-8") as file:
            seq, lines, memo = read_receipt(file.read(), key)
        sys.stdout.write(f"row {seq}: {lines} by {memo}\n")


if __name__ == "__main__":
    main()
