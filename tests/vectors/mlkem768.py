"""ML-KEM-768, written from FIPS 203 alone, algorithm by algorithm; it shares nothing with crypto/. Slow, and not constant
time: for tests. Run by itself it checks itself against the published hash over a hundred keys."""
import hashlib

Q, N, K, ETA, DU, DV = 3329, 256, 3, 2, 10, 4


def bitrev7(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, bitrev7(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * bitrev7(i) + 1, Q) for i in range(128)]


def H(s):
    return hashlib.sha3_256(s).digest()


def J(s):
    return hashlib.shake_256(s).digest(32)


def G(s):
    out = hashlib.sha3_512(s).digest()
    return out[:32], out[32:]


def bits(data):                                             # Algorithm 4
    return [byte >> i & 1 for byte in data for i in range(8)]


def encode(f, d):                                           # Algorithm 5, 3
    flat = [a >> i & 1 for a in f for i in range(d)]
    return bytes(sum(flat[i + j] << j for j in range(8)) for i in range(0, len(flat), 8))


def decode(data, d):                                        # Algorithm 6
    b, m = bits(data), Q if d == 12 else 1 << d
    return [sum(b[i * d + j] << j for j in range(d)) % m for i in range(N)]


def compress(f, d):                                         # 4.7: round half up
    return [((x << (d + 1)) + Q) // (2 * Q) % (1 << d) for x in f]


def decompress(f, d):                                       # 4.8
    return [(2 * Q * y + (1 << d)) >> (d + 1) for y in f]


def sample_ntt(seed):                                       # Algorithm 7
    stream, a, i = hashlib.shake_128(seed).digest(168 * 12), [], 0
    while len(a) < N:
        c0, c1, c2 = stream[i:i + 3]
        a += [d for d in (c0 + 256 * (c1 % 16), c1 // 16 + 16 * c2) if d < Q]
        i += 3
    return a[:N]


def sample_cbd(data):                                       # Algorithm 8
    b = bits(data)
    return [(sum(b[2 * i * ETA + j] for j in range(ETA)) - sum(b[2 * i * ETA + ETA + j] for j in range(ETA))) % Q
            for i in range(N)]


def prf(s, b):
    return sample_cbd(hashlib.shake_256(s + bytes([b])).digest(64 * ETA))


def ntt(f):                                                 # Algorithm 9
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length]
                f[j + length], f[j] = (f[j] - t) % Q, (f[j] + t) % Q
        length //= 2
    return f


def ntt_inverse(f):                                         # Algorithm 10
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % Q, zeta * (f[j + length] - t) % Q
        length *= 2
    return [x * 3303 % Q for x in f]


def multiply(f, g):                                         # Algorithms 11, 12
    h = []
    for i in range(128):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], g[2 * i], g[2 * i + 1]
        h += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return h


def total(*polys):
    return [sum(c) % Q for c in zip(*polys)]


def keygen(seed):                                           # Algorithms 16, 13: (ek, dk)
    d, z = seed[:32], seed[32:]
    rho, sigma = G(d + bytes([K]))
    a = [[sample_ntt(rho + bytes([j, i])) for j in range(K)] for i in range(K)]
    s = [ntt(prf(sigma, i)) for i in range(K)]
    e = [ntt(prf(sigma, K + i)) for i in range(K)]
    t = [total(e[i], *(multiply(a[i][j], s[j]) for j in range(K))) for i in range(K)]
    ek = b"".join(encode(x, 12) for x in t) + rho
    return ek, b"".join(encode(x, 12) for x in s) + ek + H(ek) + z


def pke_encrypt(ek, m, r):                                  # Algorithm 14
    t, rho = [decode(ek[384 * i:384 * i + 384], 12) for i in range(K)], ek[384 * K:]
    a = [[sample_ntt(rho + bytes([j, i])) for j in range(K)] for i in range(K)]
    y = [ntt(prf(r, i)) for i in range(K)]
    u = [total(ntt_inverse(total(*(multiply(a[j][i], y[j]) for j in range(K)))), prf(r, K + i)) for i in range(K)]
    v = total(ntt_inverse(total(*(multiply(t[j], y[j]) for j in range(K)))), prf(r, 2 * K), decompress(decode(m, 1), 1))
    return b"".join(encode(compress(x, DU), DU) for x in u) + encode(compress(v, DV), DV)


def encapsulate(ek, m):                                     # Algorithm 17: (shared, ct)
    shared, r = G(m + H(ek))
    return shared, pke_encrypt(ek, m, r)


def decapsulate(dk, ct):                                    # Algorithms 18, 15
    s, ek, h, z = dk[:384 * K], dk[384 * K:768 * K + 32], dk[768 * K + 32:768 * K + 64], dk[768 * K + 64:]
    u = [decompress(decode(ct[32 * DU * i:32 * DU * (i + 1)], DU), DU) for i in range(K)]
    v = decompress(decode(ct[32 * DU * K:], DV), DV)
    su = ntt_inverse(total(*(multiply(decode(s[384 * i:384 * i + 384], 12), ntt(u[i])) for i in range(K))))
    m = encode(compress([(x - y) % Q for x, y in zip(v, su)], 1), 1)
    shared, r = G(m + h)
    return shared if pke_encrypt(ek, m, r) == ct else J(z + ct)


if __name__ == "__main__":
    random, at, out = hashlib.shake_128(b"").digest(100 * (64 + 32 + 1088)), 0, hashlib.shake_128()
    for _ in range(100):
        key, m, bad = random[at:at + 64], random[at + 64:at + 96], random[at + 96:at + 1184]
        at += 1184
        public, secret = keygen(key)
        k, c = encapsulate(public, m)
        assert decapsulate(secret, c) == k
        out.update(public + c + k + decapsulate(secret, bad))
    assert out.hexdigest(32) == "1114b1b6699ed191734fa339376afa7e285c9e6acf6ff0177d346696ce564415"
    print("a hundred keys: as published")
