/* Made by make_noise_xxpsk0.py, which shares nothing with crypto/. Do not edit. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In hex. The responder always has AES. export: of a label that ends with a byte 0. */
static const struct {
	bool init_aes;
	const char *prologue, *psk, *init_static, *init_ephemeral, *resp_static, *resp_ephemeral, *init_payload, *resp_payload;
	const char *message[3], *session_id, *export, *header, *text, *init_sealed, *resp_sealed;
	uint64_t number;
} noise_xxpsk0_vectors[] = {
	{ .init_aes = true,
	  .prologue = "7363686174010100",
	  .psk = "d46b38a4a5e049285c3ab3e1a484f72e42a288959187241ec9cbd01c5d7c71db",
	  .init_static = "2f444acd1f8354a417e5a9392ad6540a7b7041f813702cf641bb4bebffd8e076",
	  .init_ephemeral = "3c7020482b739917f6a7570ab1fd10fa318954f25c149605115ed4a9109cf1be",
	  .resp_static = "8cab6e8e2eba60612a12219e36eec57657e0a5581c504869ba09e0d594f21fae",
	  .resp_ephemeral = "f89e0893bb636e0ac2b20da4c600943f4e419b6dd8aa043eac5445a71e4a39bc",
	  .init_payload = "0105616c696365",
	  .resp_payload = "0103626f62",
	  .message[0] = "9e3456001a25a93a5b88446d6dc8bcd31f13429cdbbbe8db0e2eac1eb2bcd43e6a05a746c8030cba4de4831b2d255e61",
	  .message[1] = "dbec3285f9a544911fc5d0adfaf80df616c847914c68fb1ca5337eea1266783cac93ebba00f65788d2af8d1c784dc466c63a26de9870d1eb5bc823b70fb31363b15e8f3af281c8a4584a462a8dbbeb68d8e6a67819459b2bc1808e43fc59c229f087888d7284",
	  .message[2] = "5f26c79f0555e0b9367620e8143605c7349b17633ff346640262b78a5cd5c39353ce516962b6287d1c5466d53bc3893fe88dbb8174acedf9312933388314be2f16538630274d078c",
	  .session_id = "b6bf61710c9dfaab5553d68548e4861103fe1af7dd6c22be0e151319af152898",
	  .export = "a6979fa5000ee56a8caf816e3668a824f5ea468e40c14d4ec6a2305267c83022",
	  .header = "000102030405060708090a0b0c0d0e0f10",
	  .text = "746865206669727374206c696e65",
	  .init_sealed = "633170be7fe533ed863c0b4dafef122cf749c0518a1ff65280b25ae36426",
	  .resp_sealed = "b10d0d43713d25ba09f9adadefd02726008c806b5231a093015ef9de1798",
	  .number = 258 },
	{ .init_aes = false,
	  .prologue = "7363686174010100",
	  .psk = "d46b38a4a5e049285c3ab3e1a484f72e42a288959187241ec9cbd01c5d7c71db",
	  .init_static = "2f444acd1f8354a417e5a9392ad6540a7b7041f813702cf641bb4bebffd8e076",
	  .init_ephemeral = "3c7020482b739917f6a7570ab1fd10fa318954f25c149605115ed4a9109cf1be",
	  .resp_static = "8cab6e8e2eba60612a12219e36eec57657e0a5581c504869ba09e0d594f21fae",
	  .resp_ephemeral = "f89e0893bb636e0ac2b20da4c600943f4e419b6dd8aa043eac5445a71e4a39bc",
	  .init_payload = "0105616c696365",
	  .resp_payload = "0103626f62",
	  .message[0] = "9e3456001a25a93a5b88446d6dc8bcd31f13429cdbbbe8db0e2eac1eb2bcd43e6a05a746c8030cba4de4831b2d255e61",
	  .message[1] = "dbec3285f9a544911fc5d0adfaf80df616c847914c68fb1ca5337eea1266783cac93ebba00f65788d2af8d1c784dc466c63a26de9870d1eb5bc823b70fb31363b15e8f3af281c8a4584a462a8dbbeb68d8e6a67819459b2bc1808e43fc59c229f087888d7284",
	  .message[2] = "5f26c79f0555e0b9367620e8143605c7349b17633ff346640262b78a5cd5c39353ce516962b6287d1c5466d53bc3893fe98dbb8174acedf90b2d1389e242c08b119a97a73d9cf38b",
	  .session_id = "7fe76d6c2db01119f0d8eb5a74c89e8c3e63ecfd52bcdd42e346decd641c05f1",
	  .export = "1f5ba37803892c61d163d68a2111b2e09194622bad526ddc62a3d744efc9ceae",
	  .header = "000102030405060708090a0b0c0d0e0f10",
	  .text = "746865206669727374206c696e65",
	  .init_sealed = "d56fa869289a0f2b7f0e56b3b426eca577a904c118dafd4315036d339589",
	  .resp_sealed = "f145774e88f656cd67628de8ae0ba970525fea7dbb79f39996f53b51b1c7",
	  .number = 258 },
};
