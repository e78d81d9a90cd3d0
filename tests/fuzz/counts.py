"""A hundred thousand in all, shared among the kinds by what one costs. 数量分配"""

SIGNATURES = {  # by algorithm, raw and DER together
    "sm2-sm3": 12_000,
    "rsa-pss-sha256": 8_000,
    "rsa-v1_5-sha256": 8_000,
    "ecdsa-p256-sha256": 10_000,
    "ed25519": 8_000,
}
COUNTS = {
    **SIGNATURES,
    "sm2 private key": 1_000,
    "public key": 5_000,
    "signature file": 10_000,
    "certificate": 14_000,
    "certificate chain": 4_000,
    "certificates in PEM": 3_000,
    "http request": 5_000,
    "http reply": 3_000,
    "cms": 2_000,
    "time-stamp reply": 2_000,
    "sealed payload": 5_000,
}
