/* Published test vectors of Noise handshakes with 25519, ChaChaPoly and SHA256, unchanged but for the notation:
 * XX, NNpsk0, XXpsk3 from cacophony (github.com/haskell-cryptography/cacophony), as kept in tests/vectors/cacophony.txt of
 * github.com/mcginty/snow; the ones with several psks from tests/vectors/snow-multipsk.txt there. Old copies of cacophony.txt
 * have another handshake_hash for XX (e37b138e...); this is the one of cacophony's own file today. noise_hfs_vector: vector 1 of
 * libp2p's draft for XXhfs (noise-mlkem768-hfs, 0.2.0), which four implementations give. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Everything in hex. Messages: the handshake's, then transport messages alternating on, the initiator's first. */
struct noise_vector {
	const char *name, *prologue, *psks[4];
	const char *init_static, *init_ephemeral, *resp_static, *resp_ephemeral;
	const char *handshake_hash; /* NULL where none is published */
	struct {
		const char *payload, *ciphertext;
	} messages[6];
};

#define CACOPHONY_PROLOGUE "4a6f686e2047616c74"
#define CACOPHONY_PSK "54686973206973206d7920417573747269616e20706572737065637469766521"
#define CACOPHONY_KEYS \
	.init_static = "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1", \
	.init_ephemeral = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a", \
	.resp_static = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893", \
	.resp_ephemeral = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b"
#define SNOW_PROLOGUE \
	"5468657265206973206e6f20726967687420616e642077726f6e672e2054686572652773206f6e6c792066756e20616e6420626f72696e672e"

static const struct noise_vector noise_vectors[] = {
	{ .name = "Noise_XX_25519_ChaChaPoly_SHA256",
	  .prologue = CACOPHONY_PROLOGUE,
	  CACOPHONY_KEYS,
	  .handshake_hash = "c8e5f64e846193be2a834104c2a009868d6c9f3bd3c186299888b488b2f1f58e",
	  .messages = {
		{ "4c756477696720766f6e204d69736573",
		  "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573" },
		{ "4d757272617920526f746862617264",
		  "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381cbad1f276e038c"
		  "48378ffce2b65285e08d6b68aaa3629a5a8639392490e5b9bd5269c2f1e4f488ed8831161f19b781"
		  "5528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23dbd8d162c9326ad" },
		{ "462e20412e20486179656b",
		  "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a80ae475b9df0f169a"
		  "e80a89be0865b57f58c9fea0d4ec82a286427402f113e4b6ae769a1d95941d49b25030" },
		{ "4361726c204d656e676572", "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df" },
		{ "4a65616e2d426170746973746520536179", "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5" },
		{ "457567656e2042f6686d20766f6e2042617765726b",
		  "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f" } } },
	{ .name = "Noise_NNpsk0_25519_ChaChaPoly_SHA256",
	  .prologue = CACOPHONY_PROLOGUE,
	  .psks = { CACOPHONY_PSK },
	  .init_ephemeral = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
	  .resp_ephemeral = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
	  .handshake_hash = "f4d03dc34495c95729ea6de9e1b59004b59733102488b3e24bc441e0be208eaf",
	  .messages = {
		{ "4c756477696720766f6e204d69736573",
		  "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c794479b962b8aff84857"
		  "42ac32f905ba45369e2465fb59e138a93d67a0d1266b6a54" },
		{ "4d757272617920526f746862617264",
		  "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843d6062704d5a9c422"
		  "a8e834423f8c1feada7e8d0d910a1a2cd030fb584221e3" },
		{ "462e20412e20486179656b", "e632c3763d7669067383433197a3baddf146e9e70ad4b4e9e59e0f" },
		{ "4361726c204d656e676572", "64c6bee32ea91c8474bb4c21d7a700109ad45af77b29764ba5eb1e" },
		{ "4a65616e2d426170746973746520536179", "e2fa0bed0603b62d3ccac2ecabbf3fe33f3e86514909b323361626266cb2471cc8" },
		{ "457567656e2042f6686d20766f6e2042617765726b",
		  "0c01dc9cec1fe4ddd692e8dd32188aa351088dc91183639a53b57aa4692b5ebdef8b8ca111" } } },
	{ .name = "Noise_XXpsk3_25519_ChaChaPoly_SHA256",
	  .prologue = CACOPHONY_PROLOGUE,
	  .psks = { CACOPHONY_PSK },
	  CACOPHONY_KEYS,
	  .handshake_hash = "a477edf6a131bbdb54707f6ea30eab6cd935d9b560f0e5fd1f053a95a99669fb",
	  .messages = {
		{ "4c756477696720766f6e204d69736573",
		  "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944c9f5ff0e8079630c"
		  "b7e270c20bbf480821b77a384a645c71a2fd9b3db1c16a5f" },
		{ "4d757272617920526f746862617264",
		  "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843b123def17f71e6ae"
		  "8e57e0e1dec5949c5f7415c6f33517398747d821a06dc23ad430aa1fd7381d46195c378a819fd574"
		  "425462cbb2d4ca339e738a0b7001dc91423fbf55a99af0c6f1df21012ceb2f" },
		{ "462e20412e20486179656b",
		  "52187316111b118d4c060364f7b975dc0809b2590779aff2d63113c564f11744493384db7bf32d5a"
		  "e6686df6ab06d508d2e07caaf1d6afc010b978735fc78900e71ae1d314130d042e729a" },
		{ "4361726c204d656e676572", "eaedc672d4c21e0e2955758756fb98f194c4e90d5deb5b6cf30b27" },
		{ "4a65616e2d426170746973746520536179", "522d543c5fe799d09a3d9da7ff54d0dc03c8af1dc7751d2ff708339d2290943e98" },
		{ "457567656e2042f6686d20766f6e2042617765726b",
		  "7d4e2c3873eef6a213b04e72f9df60a91666072d3544c5d96c34a09e2329b5030bee796741" } } },
	{ .name = "Noise_NNpsk0+psk2_25519_ChaChaPoly_SHA256",
	  .prologue = SNOW_PROLOGUE,
	  .psks = { "c878676d56331a5c54aab56d061ef0898afdd084e68b6a13b19c215533dab3e7",
		    "600aea88ea5e44ad614c8296ed9a10b64f67a7619447193f5fb31947da58f80f" },
	  .init_ephemeral = "9308d7a4a9514bf94902023730c81fa13e9e3992cd0e1bfd051a2f7c13dfa143",
	  .resp_ephemeral = "b1584beaacc85cf9d09adf38523ef0df6cd915ae431f7163ea73c9ee750dad69",
	  .messages = {
		{ "3a829c0045fca6ebcd531c7dcedb3195bcc5e4aafb50d2e5b06a505127584a3a",
		  "8b62f5957645c5731acbaa4087c0ca5126b36cf32460623dbe7f53f6782ff623e6afb1a9139cc520"
		  "89ebc6975f7e2788b9047b9ef77eb2ba71d33f83b9ab963f1e9362569596b6f472aba0a64609dbb8" },
		{ "6705a05aa69278dcdb8b1728274d24c4b2ade9341f80bd41dfe9d695713837a4",
		  "9a056f32ebeae2584eed6970d45e0e1ee2ea8fdd1dbb2e8d004f2b3191744b14196a6a29183a5af2"
		  "1cb38cc88f468356fe30e47844d1e9e2f073df500762d0644baff4d71dcc9521221bf42c930afa1d" } } },
	{ .name = "Noise_XXpsk0+psk3_25519_ChaChaPoly_SHA256",
	  .prologue = SNOW_PROLOGUE,
	  .psks = { "834e4d17b22cc477f206c411a5cdfa46f779503a2fac7a6261a344b867543ac7",
		    "a626a1e54f31be6d7f2995ec2ef3466204cdb4f02210688892a1ec15f6e9b1b2" },
	  .init_static = "36d312fd09e1537fa0597dd249ff70d9a7285386cd70b8fdb209e2ac4cdab6be",
	  .init_ephemeral = "2fcae75aaa67bacf28574d5f17d7b76932d4a3c2ca8e86686bd45df36df203e2",
	  .resp_static = "c93de732e200883dd7bf5b44d8c79a9bcabd41c5949a0944ee01f2b24b28dd09",
	  .resp_ephemeral = "b3b7f685cbc9d579e0064095b8102462e5038d6c0407164fd034e1225639d5d0",
	  .messages = {
		{ "96f8084d60b8ecaa220acdc25ea1312fec32db749018735f01f1394e7edcca95",
		  "e371abcd75a909ad8483f0f26941a102f955b01a21580a362117b810ccf94763f04660dbb92e0620"
		  "c4faeef11c67d1fbb8f3bc2968c2cfd95ba2710aed6549d909e27803b3680d7cfaaa3e88cee69cbb" },
		{ "5331f9a32d3c84785e592647721914a0ae5b12f5b3d165728d0340eeef4819d3",
		  "5d73b3735408910387e196e6af5b08d47749158721a19a133fc3795310088131b4129aeeb02e1fee"
		  "678ff76b3e8d19de08b8c8eb6f40906b5dd5c32d37a5f4aa1d316038e4e81318c2218f4f12657135"
		  "fdef6a19d563482b756b95aa23fac650e1b6573c9d7da2d51ac2350ea4a6cb74b2c6273f30968db1"
		  "c9a52cffee23fa6d" },
		{ "932fa17ebfa88263af0d3284f510938d50582430633085de94d69b2fd6843bdd",
		  "7df7da9cbeeb439962716e5a97b3d65a13056ab5dcf05dd1c0fba921d83e0a4e62a1342bc9a8c227"
		  "ec1178a7de4607bb945061ed6228053c5caa8d3cca896442f504610c41b153e42fc2303f3c6f90c7"
		  "d35b31d81c04cf480358658146d53937" } } },
	{ .name = "Noise_XXpsk0+psk1+psk2+psk3_25519_ChaChaPoly_SHA256",
	  .prologue = SNOW_PROLOGUE,
	  .psks = { "d8afa03da04b1678cbcaea8c3be492fb2a60e4c49a58eb5701d7c41aa26c5fae",
		    "ec6b1d2ef25a148633463c6145dee4e0fc90dd8f0c7fb2b802eadf55803b3033",
		    "50405a5cdcb1ad8b210855d5c0308997fd2686ee649f18148b8676c369b96eda",
		    "c41bdf7899ee1d6a42ab1c468bfc913fe44cd6bb1a50f6c31c07007ad6009a7f" },
	  .init_static = "2fd3c2c0393adec26d50b82fc07e3519c1a58921e8da449b78c4fd88371401d2",
	  .init_ephemeral = "25a855a0525e208b8f277f672d628e151c2568b7aaf943a8002c38ff0c8eed45",
	  .resp_static = "ed75ae07c3d512b3070ae8eb5e3f2fb7e261371d53fc850821cb4ab5750d86d1",
	  .resp_ephemeral = "aafdf38b78c53f5a1dd3f53560a7cab2f734889cf19a4184ad272a98a3adddb6",
	  .messages = {
		{ "20d73a5466ac48febee6c6f81c0525da56c71f9b033712a49b02abda3092094b",
		  "0ea17a5e0de8e9ab1357a717d1239c47f22530f59ef1c4a3d9dfff33c953a6066b247699079340cf"
		  "4ddfbe1b5fc74a7a04ebec9b9eb28bb5f5abafe1b541865e4052777f388b22664528f553223df829" },
		{ "1ec2d1b0defb49543c5c22c4c514707e69edb7e21b11be47f1898e13e771489e",
		  "865673f153247b39b0f606bd94b3b3316ec37fef64ebd43b447b4cdd0b28cd4e787a30df87197f10"
		  "ac383be7fd2a48f478b752314fd226acb0b1887775e925674f4db8e6e84ca0affdfcbee14503f1c9"
		  "60c54ba6b0a1fe616b8f89d14a6ecac78fe2dc858234ccd772758e6fbfde998683068045e5fe8b21"
		  "abc03b834ec0afe7" },
		{ "363d0ac925556147b9234872fcd996df642e21008864ab2e3bd3e116385bf96a",
		  "21ef3fd12845a5981ad6f007c2d6a02e71c83872de5409fa2a1537882cd386d545d83d170dd32989"
		  "0abda9cc794eb97af65d6250d4b4696d9b1ed1c9d20e4bd3c6c4f2a1a7e86e2e6bb3f8c3965a3045"
		  "7f2a0b71bec67c0bd121ece8e51fdec8" } } },
};

/* Noise_XXhfs_25519+MLKEM768_ChaChaPoly_SHA256: every key and seed is 32 or 64 times the same byte; no prologue, no payloads. The
 * handshake hash is one of all bytes of all messages, of which only the last is here. */
static const struct {
	uint8_t init_static, resp_static, init_ephemeral, resp_ephemeral, init_kem, resp_kem;
	size_t lens[3];
	const char *message2, *handshake_hash, *k1, *k2;
} noise_hfs_vector = {
	0x11, 0x12, 0x13, 0x14, 0x15, 0x16,
	{ 1216, 1200, 64 },
	"ecee945a65a96f34fdaf116d3c70727852b0a25eb350bf72bb088f21cb374ba50c973fdc4ea63d2065ac9ff9fb347f0700dcf7ec3bb3a3c01f84290c6d8931aa",
	"b5a3c9854777aa5dad0a633c769bcc6662713f20f14e0371e4bfd253e1869eef",
	"0a825d67cbf14170dcccf6f5c54d50f46a9a23541122654f5bec41ef0a5657e5",
	"f8546817671a440fd8df45b26fd6b45ebbf39e4207455ca12bc6d56ac0b35ebc",
};
