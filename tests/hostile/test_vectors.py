"""The second implementation gives the values of tests/vectors/protocol.json, which the program's unit tests read too."""

import json
import pathlib

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import crypto
import wire

VECTORS = json.loads((pathlib.Path(__file__).resolve().parents[1] / "vectors" / "protocol.json").read_text())
SUITE = {"noise": wire.NOISE, "hybrid": wire.HYBRID, "rsa": wire.RSA, "pseudo": wire.PSEUDO}
h = bytes.fromhex


def rsa_key(entry):
    p, q = int(entry["p"], 16), int(entry["q"], 16)
    d = pow(65537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(65537, p * q))
    return crypto.RsaKey(private=numbers.private_key())


def identities(suite):
    x1, x2, r1, r2, s = VECTORS["keys"]
    if suite in ("noise", "hybrid"):
        return crypto.X25519(h(x1["private"])), crypto.X25519(h(x2["private"])), None
    if suite == "rsa":
        return rsa_key(r1), rsa_key(r2), rsa_key(s).private
    return None, None, None


def where(text):
    host, port = text.rsplit(":", 1)
    return wire.address(host.strip("[]"), int(port))


def test_encodings():
    for v in VECTORS["varint"]:
        assert wire.varint(int(v["value"])) == h(v["bytes"]) and wire.Reader(h(v["bytes"])).varint() == int(v["value"])
    for v in VECTORS["address"]:
        assert where(v["text"]) == h(v["bytes"])
    for v in VECTORS["records"]:
        if v["type"] in (wire.TEXT, wire.TEXT_PART):
            assert wire.text(int(v["number"]), h(v["text"]), v["type"]) == h(v["bytes"])
        else:
            assert wire.counted(v["type"], int(v["number"])) == h(v["bytes"])
    made = {
        "PING": lambda v: b"\1", "ACK": lambda v: wire.ack([tuple(r) for r in v["ranges"]], v["delay"]),
        "STREAM": lambda v: wire.stream(v["stream"], int(v["offset"]), h(v["data"])),
        "STREAM END": lambda v: wire.stream(v["stream"], int(v["offset"]), h(v["data"]), True),
        "MAX DATA": lambda v: wire.max_data(v["stream"], int(v["limit"])), "RESET": lambda v: wire.reset(v["stream"], v["code"]),
        "PATH CHALLENGE": lambda v: b"\6" + h(v["data"]),
        "PATH RESPONSE": lambda v: b"\7" + h(v["data"]) + where(v["seen"]), "CLOSE": lambda v: wire.close(v["code"], h(v["text"]))}
    for v in VECTORS["frames"]:
        assert made[v["type"]](v) == h(v["bytes"])
        assert wire.frames(h(v["bytes"]))


def test_signaling():
    v = VECTORS["signaling"]
    assert wire.hello(h(v["HELLO"]["nonce"])) == h(v["HELLO"]["bytes"])
    c = v["COOKIE"]
    left = c["seconds until midnight"] // 2
    assert wire.cookie(h(c["nonce"]), where(c["observed"]), h(c["cookie"]), c["day"], c["rate"], left) == h(c["bytes"])
    for name in ("JOIN", "JOIN for a nameplate"):
        j = v[name]
        assert wire.join(h(j["cookie"]), h(j["token"]), h(j["tag"]), j["flags"]) == h(j["bytes"])
    w, i, e = v["WAIT"], v["INTRO"], v["ERROR"]
    assert wire.wait(h(w["tag"]), h(w["token"]), w["nameplate"], w["refresh"], w["others"]) == h(w["bytes"])
    assert wire.intro(h(i["tag"]), h(i["peer"]), h(i["pair"]), i["role"], int(i["host"]).to_bytes(4, "big"),
                      where(i["address"])) == h(i["bytes"])
    assert wire.error(e["code"], h(e["about"])) == h(e["bytes"])
    for n in VECTORS["rooms"]["nameplates"]:
        assert wire.room(int(n["nameplate"])) == h(n["token"])
    for d in VECTORS["rooms"]["days"]:
        token = crypto.hkdf(b"schat room v1", h(VECTORS["rooms"]["secret"]), d["day"].to_bytes(4, "big"))[:16]
        assert token == h(d["token"])


def test_keys_and_codes():
    for v in VECTORS["keys"]:
        public = h(v.get("public") or v["modulus"])
        assert crypto.fingerprint(v["type"], public) == v["fingerprint"]
        assert crypto.contact_psk(v["type"], public) == h(v["psk"])
    for v in VECTORS["codes"]:
        assert crypto.password(v["words"]) == int(v["w"], 16)


class Fixed:
    """os.urandom of the suites, with the values of a vector."""

    def __init__(self, monkeypatch, *values):
        self.values = list(values)
        monkeypatch.setattr(crypto.os, "urandom", lambda n: self.values.pop(0))


def suites(v, messages, psk, prologue, monkeypatch):
    """Both sides of a suite's handshake, fed with the vector's messages; their keys."""
    private = {k: h(x) for k, x in v["private"].items()}
    one, two, session = identities(v["suite"] if "suite" in v else v["outer"])
    suite = crypto.SUITES[SUITE[v.get("suite") or v["outer"]]]
    more = [{}, {}]
    if issubclass(suite, crypto.Noise):
        more = [{"ephemeral": crypto.X25519(private[who + "'s ephemeral key"])} for who in ("initiator", "responder")]
    if suite is crypto.Hybrid:
        more[0]["kem"], more[1]["kem"] = private["d and z"], private["m"]
    if suite is crypto.Rsa:
        more[1] = {"pair": session}
    a = suite(0, prologue, psk, one, h(v["initiator's payload"]), **more[0])
    b = suite(1, prologue, psk, two, h(v["responder's payload"]), **more[1])
    for i, message in enumerate(messages):
        writer, reader = (a, b) if i % 2 == 0 else (b, a)
        if suite is crypto.Rsa and i == 2:  # OAEP draws by itself: take over what it drew, and compare the rest
            size = 2 + int.from_bytes(message[:2], "big")
            a.k = private["K"]
            a.derive(message[:size])
            signature = a.sign(b"schat rsa client v1", a.h2)
            clear = wire.len16(one.public) + wire.len16(signature) + a.mine
            assert a.kc.encrypt(b"\0" * 12, clear, a.h2) == message[size:]
            a.h3, a.step = crypto.sha256(a.h2, message[size:]), 3
        else:
            if not issubclass(suite, crypto.Noise) and i < 2:
                Fixed(monkeypatch, private["nonce C" if i == 0 else "nonce S"])
            assert writer.write() == message
            monkeypatch.undo()
        reader.read(message)
    assert a.done and b.done
    flags = a.mine[0] & b.mine[0] & 1
    return a.keys(flags), b.keys(flags), a, b


@pytest.mark.parametrize("v", VECTORS["sessions"], ids=[v["name"] for v in VECTORS["sessions"]])
def test_sessions(v, monkeypatch):
    form = int(v["form"] == "code")
    prologue = crypto.prologue(SUITE[v["suite"]], form)
    assert prologue == h(v["prologue"])
    messages = [h(m) for m in v["messages"]]
    if form:
        p, plate = v["pairing"], int(v["code"].split("-")[0]) if v["code"][0].isdigit() else 0
        aad = prologue + plate.to_bytes(4, "big")
        words = v["code"].split("-", 1)[1] if plate else v["code"]
        a, b = (crypto.Spake2(role, words, aad, secret=int(p["xy"[role]], 16)) for role in (0, 1))
        assert (aad, b"\1" + a.share, b.share) == (h(p["AAD"]), messages[0], messages[1])
        a.meet(b.share)
        b.meet(a.share)
        assert (a.ke, a.confirm, b.confirm) == (h(p["Ke"]), h(p["confirm A"]), h(p["confirm B"]))
        assert (b.ke, b.theirs, a.theirs) == (a.ke, a.confirm, b.confirm)
        assert crypto.hkdf(b"", a.ke, b"schat pairing v1") == h(v["psk"])
        assert messages[2][:32] == a.confirm and messages[3][:32] == b.confirm
        messages = [messages[2][32:], messages[3][32:], *messages[4:]]
    else:
        messages[0] = messages[0][1:]
    one, two, a, b = suites(v, messages, h(v["psk"]), prologue, monkeypatch)
    for keys in (one, two):
        assert keys.session_id == h(v["session id"]) and keys.exporter == h(v["exporter"])
        assert keys.path_ids(wire.RESPONDER) == [h(x) for x in v["path ids to the responder"]]
        assert keys.path_ids(wire.INITIATOR) == [h(x) for x in v["path ids to the initiator"]]
        assert keys.export(b"schat rejoin v1")[:16] == h(v["rejoin token"])
        assert keys.export(b"schat pair v1") == h(v["pair secret"])
    sealed(v["sealed"], one, one)
    if "comparison" in v:
        compare(v, one, a, b)
    if "rekey" in v:
        r = dict(v["rekey"], outer=v["suite"])
        controls = [h(m) for m in r["control messages"]]
        assert all(m[:1] == b"\2" and m[3:5] == bytes([r["phase"], i]) for i, m in enumerate(controls))
        assert one.export(b"schat rekey v1") == h(r["psk"])
        prologue = b"schat rekey" + bytes([1, SUITE[v["suite"]], r["phase"]])
        assert prologue == h(r["prologue"])
        new, _, _, _ = suites(r, [m[5:] for m in controls], h(r["psk"]), prologue, monkeypatch)
        assert new.exporter == h(r["exporter"])
        sealed(r["sealed"], new, one)


def sealed(packets, keys, first):
    for s in packets:
        role = ("initiator", "responder").index(s["from"])
        header = wire.sealed_header(s["phase"], first.path_ids(1 - role)[s["path id"]], s["number"])
        assert header + keys.seals[role].seal(s["number"], header, h(s["frames"])) == h(s["packet"])


def compare(v, keys, a, b):
    c, kind = v["comparison"], a.kind
    commit, nonce, reveal = (h(m) for m in c["control messages"])
    r, i = h(c["r"]), h(c["i"])
    assert commit == wire.control(wire.COMMIT, crypto.sha256(b"schat compare v1", r))
    assert nonce == wire.control(wire.NONCE, i) and reveal == wire.control(wire.REVEAL, r)
    both = sorted(crypto.key_hash(kind, key) for key in (a.peer, b.peer))
    numbers = crypto.comparison(both, keys.session_id, i, r)
    ordered(list(zip(numbers, c["words"].split())))


KNOWN = [(0, "abandon"), (2047, "zoo")]


def ordered(pairs):
    """The list of words is in alphabetical order (BIP-39), so a word's number has to lie between its neighbours'. All that were
    seen in this run count."""
    KNOWN.extend(pairs)
    KNOWN.sort()
    words = [w for _, w in KNOWN]
    assert words == sorted(words), KNOWN
    assert len({(n, w) for n, w in KNOWN}) == len({n for n, _ in KNOWN}) == len(set(words)), KNOWN
