"""What signing costs: SM2 against openssl, every algorithm, digest and cipher, files. 签名性能"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from gateway.bench.measuring import Rate, Ratio, openssl_sm2, per_second
from gateway.ports import Algorithm, Signer, Verifier
from gateway.signing.files.detached import sign_detached
from gateway.signing.primitives.algorithms import load_signer, load_verifier, new_key_pair
from gateway.signing.primitives.ciphers import KEY_BYTES, NONCE_BYTES, Cipher, seal, unseal
from gateway.signing.primitives.digests import DigestName, digest_of

# The issue's own measure: through our binding at least this much of what openssl does by itself.
SM2_TARGET = 0.85
_PASSPHRASE = b"for this run only"
# openssl speed signs 20 bytes, a digest's worth; a message of ours has a few thousand
_SHORT, _MESSAGE = b"x" * 20, b"x" * 2048
_BLOCK, _FILE_BLOCKS = b"x" * 2**20, 8
_MEGABYTES = "MB/秒"


@dataclass(frozen=True, slots=True)
class Pair:
    """A key made for this run."""

    signer: Signer
    verifier: Verifier
    public_pem: bytes


def pair_of(algorithm: Algorithm) -> Pair:
    """A new key of that algorithm."""
    made = new_key_pair(algorithm, _PASSPHRASE)
    signer = load_signer("bench", algorithm, made.private_pem, _PASSPHRASE)
    verifier = load_verifier("bench", algorithm, made.public_pem)
    return Pair(signer, verifier, made.public_pem)


def against_openssl(rounds: int, seconds: float) -> tuple[Ratio, Ratio]:
    """SM2 through our binding and by `openssl speed`, turn about; medians of the rounds."""
    pair = pair_of(Algorithm.SM2_SM3)
    signature = pair.signer.sign((_SHORT,))
    ours: tuple[list[float], list[float]] = ([], [])
    theirs: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for figures, one in zip(theirs, openssl_sm2(), strict=True):
            figures.append(one)
        ours[0].append(per_second(lambda: pair.signer.sign((_SHORT,)), seconds))
        ours[1].append(per_second(lambda: pair.verifier.verify(signature, (_SHORT,)), seconds))
    signing, verifying = (
        Ratio(f"SM2 {word}", median(mine), median(their), "次/秒", SM2_TARGET)
        for word, mine, their in zip(("签名 sign", "验签 verify"), ours, theirs, strict=True)
    )
    return signing, verifying


def algorithms(seconds: float) -> Iterator[Rate]:
    """Every algorithm, signing and verifying a message of 2 kB."""
    for algorithm in Algorithm:
        yield from _algorithm(algorithm, seconds)


def _algorithm(algorithm: Algorithm, seconds: float) -> Iterator[Rate]:
    pair = pair_of(algorithm)
    signature = pair.signer.sign((_MESSAGE,))
    name = algorithm.value
    yield Rate(f"{name} 签名 sign", per_second(lambda: pair.signer.sign((_MESSAGE,)), seconds))
    yield Rate(
        f"{name} 验签 verify",
        per_second(lambda: pair.verifier.verify(signature, (_MESSAGE,)), seconds),
    )


def digests(seconds: float) -> Iterator[Rate]:
    """Every digest over blocks of a megabyte."""
    for name in DigestName:
        yield _digest(name, seconds)


def _digest(name: DigestName, seconds: float) -> Rate:
    rate = per_second(lambda: digest_of(name, (_BLOCK,)), seconds)
    return Rate(f"{name.value} 摘要 digest", rate, _MEGABYTES)


def ciphers(seconds: float) -> Iterator[Rate]:
    """Every cipher over blocks of a megabyte, sealing and unsealing."""
    for cipher in Cipher:
        yield from _cipher(cipher, seconds)


def _cipher(cipher: Cipher, seconds: float) -> Iterator[Rate]:
    # the same nonce again and again: nothing of this leaves the process
    key, nonce = bytes(KEY_BYTES[cipher]), bytes(NONCE_BYTES)
    sealed = seal(cipher, key, nonce, _BLOCK, b"")
    yield Rate(
        f"{cipher.value} 加密 seal",
        per_second(lambda: seal(cipher, key, nonce, _BLOCK, b""), seconds),
        _MEGABYTES,
    )
    yield Rate(
        f"{cipher.value} 解密 unseal",
        per_second(lambda: unseal(cipher, key, nonce, sealed, b""), seconds),
        _MEGABYTES,
    )


def files(seconds: float, at: datetime) -> Iterator[Rate]:
    """A file's manifest: both digests in one pass, then one signature over them."""
    signer = pair_of(Algorithm.SM2_SM3).signer
    chunks = (_BLOCK,) * _FILE_BLOCKS
    rate = per_second(lambda: sign_detached(signer, "bench", chunks, at), seconds)
    yield Rate("文件清单 file manifest", rate * _FILE_BLOCKS, _MEGABYTES)
