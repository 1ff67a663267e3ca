// ask COUNT FOLDER: writes into the folder what answer.c is asked (asked), and what it is called and what @noble says (expected), a
// line each. The numbers are the same in each run.
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { sha3_256, sha3_512, shake128, shake256 } from "@noble/hashes/sha3.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

const [count, folder] = [Number(process.argv[2]), process.argv[3]];
const [asked, expected] = ["asked", "expected"].map((name) => openSync(`${folder}/${name}`, "w"));
const hex = (bytes) => Buffer.from(bytes).toString("hex");
let drawn = 0;

function random(length) {
	let bytes = Buffer.alloc(0);
	while (bytes.length < length)
		bytes = Buffer.concat([bytes, createHash("sha512").update(`kem ${drawn++}`).digest()]);
	return new Uint8Array(bytes.subarray(0, length));
}

function ask(what, question, answer) {
	writeSync(asked, question + "\n");
	writeSync(expected, `${what}: ${answer}\n`);
}

function encapsulated(ek, m) {
	try {
		const { cipherText, sharedSecret } = ml_kem768.encapsulate(ek, m);
		return `${hex(cipherText)} ${hex(sharedSecret)}`;
	} catch {
		return "refused";
	}
}

// The coefficient of that number, of 12 bits, becomes value.
function changed(ek, number, value) {
	const copy = ek.slice(), at = Math.floor(number / 2) * 3;
	if (number % 2 == 0) {
		copy[at] = value & 255;
		copy[at + 1] = (copy[at + 1] & 0xf0) | (value >> 8);
	} else {
		copy[at + 1] = (copy[at + 1] & 15) | ((value & 15) << 4);
		copy[at + 2] = value >> 4;
	}
	return copy;
}

function decapsulation(what, dk, ct) {
	ask(what, `d ${hex(dk)} ${hex(ct)}`, hex(ml_kem768.decapsulate(ct, dk)));
}

for (let n = 0; n < count; n++) {
	const seed = random(64), m = random(32), draw = random(8);
	const { publicKey: ek, secretKey: dk } = ml_kem768.keygen(seed);
	ask("keys", `k ${hex(seed)}`, hex(dk));
	ask("encapsulations", `e ${hex(ek)} ${hex(m)}`, encapsulated(ek, m));
	const ct = ml_kem768.encapsulate(ek, m).cipherText, flipped = ct.slice();
	decapsulation("decapsulations", dk, ct);
	const where = n % 10 == 0 ? 0 : n % 10 == 1 ? ct.length - 1 : (draw[0] * 256 + draw[1]) % ct.length;
	flipped[where] ^= 1 << (draw[2] % 8);
	decapsulation("decapsulations of a ciphertext with one bit changed", dk, flipped);
	decapsulation("decapsulations of random bytes", dk, random(ct.length));
	const number = (draw[3] * 256 + draw[4]) % 768, odd = changed(ek, number, [3328, 3329, 3330, 4095][n % 4]);
	const answer = encapsulated(odd, m);
	ask(answer == "refused" ? "encapsulation keys refused (a number of 3329 or more)" : "encapsulations for a key with a number of 3328", `e ${hex(odd)} ${hex(m)}`, answer);
}
const kinds = [["SHA3-256", sha3_256, 136, 32], ["SHA3-512", sha3_512, 72, 64], ["SHAKE128", shake128, 168], ["SHAKE256", shake256, 136]];
for (const [kind, [name, hash, rate, length]] of kinds.entries())
	for (let n = 0; n <= 3 * rate + 1; n++) {
		const message = random(n);
		for (const out of length ? [length] : [1, 32, rate - 1, rate, rate + 1, 2 * rate, 3 * rate + 1])
			ask(name, `h ${kind} ${out} ${hex(message)}`, hex(length ? hash(message) : hash(message, { dkLen: out })));
	}
[asked, expected].forEach(closeSync);
