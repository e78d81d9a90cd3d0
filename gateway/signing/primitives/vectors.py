"""Known answers, from the standards themselves or made by openssl. 标准向量"""

from base64 import b64decode

# FIPS 180-4 appendix B.1 (SHA-256) and GM/T 0004-2012 appendix A.1 (SM3): the digest of "abc".
ABC = {
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    "sm3": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
}

# Key, nonce, text, what goes with it, ciphertext with tag. AES: test case 16 of "The Galois/Counter
# Mode of Operation" (McGrew, Viega), which SP 800-38D refers to. SM4: RFC 8998 appendix A.1.
SEALED = {
    "aes-256-gcm": (
        "feffe9928665731c6d6a8f9467308308" * 2,
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
    "sm4-gcm": (
        "0123456789abcdeffedcba9876543210",
        "00001234567800000000abcd",
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec",
    ),
}

# SubjectPublicKeyInfo up to the point or key: SM2 (GM/T 0009), P-256 (RFC 5480), Ed25519 (RFC 8410)
_SM2_INFO = "3059301306072a8648ce3d020106082a811ccf5501822d03420004"
_P256_INFO = "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
_ED25519_INFO = "302a300506032b6570032100"
# RSA-2048, made by openssl 3.0 for this page; the private half was thrown away.
_RSA_KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvJuJmoc3vjKSSh+0tIROIe946s+qtTTa9280qirsuSug"
    "ZFD75aioCX24ESSGLKSI25i9LFJFOL6XvSC1E2DPFQ4vc+VECOYOYMI3MlTHZM5dLC3bmOoCQYCPM4U2Gx2FpqLK"
    "AbjXtKWa89P6amfMs3PMZ92OcjrfuBRNSvWuhqGo8COUjDMfewho2ozzm9HbZE8X4Av/SjzefbNtwkiHAGouNud1"
    "d5yfOLFaGQgx4Cpa0NkjzVthlzJJWCfFSshXOQGLxvweNCETiG+FH6TqBZbr5jxFsHPP3V9XjM5o3Jb33f8xykoI"
    "SMUAMbWcIbPRekr/jy3o+B7j9tKSvyaBYQIDAQAB"
)
_RSA_V15 = (
    "Y4+kMGkDgNDttSIx3Y0A5NfWnIuDGT1FDAKBq6BGVwsZroZ5p3JRIG4UFswX0QUnEoGwkZy8vQ8bnwijwD/H35BU"
    "FSZVLReG1dEwcbjLj5Zhmvvws+HyA5qZaUYdotOx+rUM5A+YcyL4uksxlF3eG6QQwVKzbIsWnD4+5eTI+ToIIegY"
    "AfoQOqnGHwepQ+s99h3bhH2AsTpGNh5ZcB5/7eBW4MzakNYkA/yRukpWmREKQmqyBKHyDpcHvD1D1TnB02SWfvAY"
    "yekRSGW8c27kUh+FrqkS6RG0CvhBUf4Jsvp68fQNwT5X1IjqRBqgqPdv37zEmtBMxEWHSelN2+LDLg=="
)
_RSA_PSS = (
    "dmg5EFWRo75G0VVElJLIpfPprElcyR+jO6pJiFO10AcvI0myKd1XlsinKsUUH51o0fGrN8Nb8Tzy+pBg1b8lvdUo"
    "5ra590V6irWDNtBaSjScGMw/rIwLni+wJaelzdKSc/QSSv+ieipreZhFl/VdPExhg8ISdIBNZqfiM4pdqR5RnuUR"
    "SiFAOP0WSEG247D96HJgUucM35jxfh8ByawoRs1LhVVsk9u6miBByoCNq1zpoAdSvAdQkVLiPvCsXuj1/CAZ6G1V"
    "nZtwaVgSEBXQq1pna1L8muE8IHG/Tf4T4gAChvP+H5epBjd52kdrEYSauE8og42rweiPjuiHPrOXew=="
)

# Public key (SubjectPublicKeyInfo), signature, message.
SIGNED = {
    # GM/T 0003.5-2012 appendix A, with the default id
    "sm2-sm3": (
        bytes.fromhex(
            _SM2_INFO
            + "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
            + "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
        ),
        bytes.fromhex(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
            "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
        ),
        b"message digest",
    ),
    # RFC 6979 appendix A.2.5, SHA-256
    "ecdsa-p256-sha256": (
        bytes.fromhex(
            _P256_INFO
            + "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
            + "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
        ),
        bytes.fromhex(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ),
        b"sample",
    ),
    # RFC 8032 section 7.1, test 2
    "ed25519": (
        bytes.fromhex(
            _ED25519_INFO + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        ),
        bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        b"\x72",
    ),
    "rsa-v1_5-sha256": (b64decode(_RSA_KEY), b64decode(_RSA_V15), b"message digest"),
    "rsa-pss-sha256": (b64decode(_RSA_KEY), b64decode(_RSA_PSS), b"message digest"),
}
