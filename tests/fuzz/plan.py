"""How often what is altered, and what must hold of every single one. 模糊测试的约定

Nothing altered is accepted unless it still means the same to the byte; nothing raises but the typed
errors of what a stranger may send; nothing takes long. A crash of libcrypto ends the process, and
with it the test: nothing here runs in a process of its own that could hide it.
"""

import os
import time
import zlib
from collections.abc import Callable, Hashable, Sequence
from random import Random

from gateway.errors import GatewayError, MalformedMessage, MessageRejected, SignatureInvalid
from tests.fuzz.counts import COUNTS
from tests.fuzz.mutations import BYTES, Mutation, altered

ROUNDS = int(os.environ.get("GATEWAY_FUZZ_ROUNDS", "1"))
SEED = int(os.environ.get("GATEWAY_FUZZ_SEED", "20260228"))
_SECONDS_MAX = 5.0
# a refused time-stamp is the authority's word, which an alteration can turn into another
_REFUSALS = (SignatureInvalid, MalformedMessage, MessageRejected)

Judge = Callable[[bytes], Hashable | None]


def survive(
    kind: str,
    samples: Sequence[bytes],
    judge: Judge,
    ways: Sequence[Mutation] = BYTES,
) -> None:
    """Alter the samples as often as planned; `judge` says what one means to us, None: refused."""
    meant = {judge(sample) for sample in samples}
    assert None not in meant, f"{kind}: an honest one is refused"
    count = COUNTS[kind] * ROUNDS
    rng = Random(SEED ^ zlib.crc32(kind.encode()))
    examined = refused = 0
    for _ in range(count):
        mutant = altered(rng, samples, ways)
        found = _judged(kind, judge, mutant)
        assert found is None or found in meant, f"{kind} accepted {mutant.hex()}"
        examined, refused = examined + 1, refused + (found is None)
    assert examined == count
    # the alterations do alter something
    assert refused > examined // 2, f"{kind}: {refused} of {examined} refused"


def _judged(kind: str, judge: Judge, mutant: bytes) -> Hashable | None:
    begun = time.process_time()
    try:
        return judge(mutant)
    except GatewayError as refusal:
        assert isinstance(refusal, _REFUSALS), f"{kind}: {refusal!r} for {mutant.hex()}"
        return None
    except KeyboardInterrupt:
        raise
    except BaseException as broken:  # a panic of a Rust parser is no Exception
        raise AssertionError(f"{kind}: {mutant.hex()}") from broken
    finally:
        assert time.process_time() - begun < _SECONDS_MAX, f"{kind}: {mutant.hex()}"
