"""Known-answer tests of the algorithms, run before the first use of a key. 密码算法自检"""

import base64
import hashlib
from functools import cache

from gateway.errors import Code, NotConfigured
from gateway.ports import Algorithm
from gateway.signing.algorithms import load_verifier

# GM/T 0004-2012 appendix A.1: SM3("abc").
_SM3_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
# GM/T 0003.5-2012 appendix A: public key, signature over "message digest" with the default id.
_SM2_X = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
_SM2_Y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
_SM2_R = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
_SM2_S = "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
# SubjectPublicKeyInfo of an SM2 point: id-ecPublicKey, curve 1.2.156.10197.1.301, then the point.
_SM2_INFO = "3059301306072a8648ce3d020106082a811ccf5501822d034200" + "04"


def _sm3_standard_vector_holds() -> bool:
    try:
        return hashlib.new("sm3", b"abc").hexdigest() == _SM3_ABC
    except ValueError:  # an OpenSSL that was built, or told, to do without it
        return False


def _sm2_standard_vector_holds() -> bool:
    info = bytes.fromhex(_SM2_INFO + _SM2_X + _SM2_Y)
    body = base64.b64encode(info).decode()
    pem = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode()
    verifier = load_verifier("self-test", Algorithm.SM2_SM3, pem)
    signature = bytes.fromhex(_SM2_R + _SM2_S)
    return verifier.verify(signature, (b"message ", b"digest")) and not verifier.verify(
        signature, (b"message digesT",)
    )


@cache
def require_sound_algorithms() -> None:
    """Raise NotConfigured when an algorithm gives a wrong answer; run once a process."""
    if not _sm3_standard_vector_holds():
        raise NotConfigured(Code.SELF_TEST_FAILED, detail="SM3")
    if not _sm2_standard_vector_holds():
        raise NotConfigured(Code.SELF_TEST_FAILED, detail="SM2")
