"""What the peer does wrong while ROOT/rest/fault names it. REST 故障."""

from enum import StrEnum
from pathlib import Path

PLACE, FAULT_FILE = "rest", "fault"


class RestFault(StrEnum):
    """What can be wrong with a reply."""

    UNSIGNED = "unsigned"
    OTHER_REQUEST = "other_request"
    BODY_CHANGED = "body_changed"
    STALE = "stale"
    WRONG_STATUS = "wrong_status"
    OTHER_KEY = "other_key"
    REDIRECT = "redirect"
    HUGE = "huge"
    SLOW_DRIP = "slow_drip"
    CUT = "cut"


# fmt: off
TITLES: dict[RestFault, str] = {
    RestFault.UNSIGNED:      "答复不签名",
    RestFault.OTHER_REQUEST: "用对另一请求的答复签名",
    RestFault.BODY_CHANGED:  "签名之后改动正文",
    RestFault.STALE:         "答复是一小时前签的",
    RestFault.WRONG_STATUS:  "签名之后改状态码",
    RestFault.OTHER_KEY:     "用别的私钥签名",
    RestFault.REDIRECT:      "答复 302，指向别处",
    RestFault.HUGE:          "正文有 64 MiB",
    RestFault.SLOW_DRIP:     "每秒五个字节",
    RestFault.CUT:           "收下请求，答复只有一个字节就断线",
}
# fmt: on


def armed(root: Path) -> RestFault | None:
    """Return the fault named now; it goes on until the file is taken away."""
    path = root / PLACE / FAULT_FILE
    return RestFault(path.read_text(encoding="ascii").strip()) if path.exists() else None
