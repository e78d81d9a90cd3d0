"""Signed SOAP: a strict WS-Security X.509 profile over bytes; schemas/soap_profile. 签名 SOAP"""

from gateway.signing.messages.soap.names import METHODS, Form, Method
from gateway.signing.messages.soap.sending import Sender, sign_envelope, signature_of
from gateway.signing.messages.soap.verifying import Peer, VerifiedMessage, verify_envelope

__all__ = [
    "METHODS",
    "Form",
    "Method",
    "Peer",
    "Sender",
    "VerifiedMessage",
    "sign_envelope",
    "signature_of",
    "verify_envelope",
]
