"""A hundred thousand in all, shared among the kinds by what one costs. 数量分配"""

SIGNATURES = {  # by algorithm; the elliptic ones in DER and raw
    "sm2-sm3": 12_000,
    "rsa-pss-sha256": 8_000,
    "rsa-v1_5-sha256": 8_000,
    "ecdsa-p256-sha256": 10_000,
    "ed25519": 6_000,
}
KEYS = {"public key": 2_000, "private key": 250}
FILES = {"signature file": 12_250}
CERTIFICATES = {"certificate": 10_000, "certificate chain": 3_000}
HTTP = {"http request": 6_000, "http reply": 3_000}
ENVELOPES = {"envelope, its bytes": 4_000, "envelope, its elements": 4_000}
CONTAINERS = {"sealed payload": 5_000, "wrapped key": 3_500, "package": 1_500}
STAMPS = {"cms": 1_000, "time-stamp": 500}
COUNTS = {
    **SIGNATURES, **KEYS, **FILES, **CERTIFICATES, **HTTP, **ENVELOPES, **CONTAINERS, **STAMPS,
}  # fmt: skip
