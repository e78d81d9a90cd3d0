"""Keys derived from a seed, so that a simulation repeats to the byte. 由种子派生的密钥.

Good for play only: who knows the seed knows the key.
"""

import hashlib
from itertools import islice

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from sandbox.keys.algorithms import (
    ALGORITHMS,
    ED25519,
    PUBLIC_EXPONENT,
    RSA_BITS,
    RSA_V1_5,
    private_text,
)
from sandbox.keys.signer import Signer, signer
from sandbox.world.chance import Seed

PRIME_BYTES = RSA_BITS // 16
MAX_CANDIDATES = 20_000  # one in about 350 odd numbers of this size is prime
SIEVE_TO = 2_000
WITNESSES = 24


def derived_private(alg: str, seed: Seed, owner: str) -> str | None:
    """Return the private key of an owner, or nothing where signatures are random anyway."""
    makers = {ED25519: _ed25519, RSA_V1_5: _rsa}
    return makers[alg](f"{seed}:{owner}") if alg in makers else None


def derived_signer(alg: str, seed: Seed, bank: str) -> Signer:
    """Return the signer ``bank prepare`` would make of the seed, without touching a disk."""
    private = derived_private(alg, seed, bank)
    if private is None:
        raise ValueError(f"keys for {alg} are random: no seed leads to them")
    return signer(kid_of(bank), alg, private, ALGORITHMS[alg].public_pem(private))


def kid_of(owner: str) -> str:
    """Return the name of an owner's key; an impostor's key bears the true bank's name."""
    return f"{owner.partition('-')[0]}-01"


def _ed25519(purpose: str) -> str:
    secret = hashlib.sha256(f"{purpose}:ed25519".encode()).digest()
    return private_text(ed25519.Ed25519PrivateKey.from_private_bytes(secret))


def _rsa(purpose: str) -> str:
    p, q = (_prime(f"{purpose}:rsa:{which}") for which in "pq")
    d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q),
    )
    return private_text(numbers.private_key())


def _prime(purpose: str) -> int:
    for attempt in range(MAX_CANDIDATES):
        digest = hashlib.shake_256(f"{purpose}:{attempt}".encode()).digest(PRIME_BYTES)
        # The two top bits make the product exactly RSA_BITS long; the lowest makes it odd.
        number = int.from_bytes(digest, "big") | (3 << (PRIME_BYTES * 8 - 2)) | 1
        if number % PUBLIC_EXPONENT != 1 and _is_prime(number):
            return number
    raise AssertionError(f"no prime in {MAX_CANDIDATES} candidates")


def _is_prime(number: int) -> bool:
    if any(number % small == 0 for small in _SMALL_PRIMES):
        return False
    return all(_passes(number, witness) for witness in islice(_SMALL_PRIMES, WITNESSES))


def _passes(number: int, witness: int) -> bool:
    """One round of Miller and Rabin."""
    halvings = ((number - 1) & -(number - 1)).bit_length() - 1
    value = pow(witness, (number - 1) >> halvings, number)
    if value in (1, number - 1):
        return True
    for _ in range(halvings - 1):
        value = value * value % number
        if value == number - 1:
            return True
    return False


_SMALL_PRIMES = tuple(
    n for n in range(3, SIEVE_TO) if all(n % d for d in range(2, int(n**0.5) + 1))
)
