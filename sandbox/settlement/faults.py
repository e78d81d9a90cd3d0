"""What the platform does wrong while ROOT/settlement/fault names it. 结算平台故障."""

from enum import StrEnum
from pathlib import Path

PLACE, FAULT_FILE = "settlement", "fault"


class PlatformFault(StrEnum):
    """What can be wrong."""

    LOST = "lost"
    REFUSE_BEFORE = "refuse_before"
    OPEN = "open"
    WORKING = "working"
    PARTLY = "partly"
    BATCH_FAILED = "batch_failed"
    SESSION_FORGOTTEN = "session_forgotten"
    OTHER_REQUEST = "other_request"
    GARBAGE = "garbage"
    WRONG_LENGTH = "wrong_length"
    WRONG_LABEL = "wrong_label"
    DOCTYPE = "doctype"
    SLOW = "slow"
    PUSH_TWICE = "push_twice"
    PUSH_OTHER_NODE = "push_other_node"
    PUSH_OTHER_KEY = "push_other_key"


# fmt: off
TITLES: dict[PlatformFault, str] = {
    PlatformFault.LOST:              "收下请求并照办，不答复就断线",
    PlatformFault.REFUSE_BEFORE:     "一字未读就断线",
    PlatformFault.OPEN:              "照办，但答复状态 2（不明）",
    PlatformFault.WORKING:           "107 一直答 0（处理中）",
    PlatformFault.PARTLY:            "107 一直答 2（部分处理完成）",
    PlatformFault.BATCH_FAILED:      "107 答 3（处理失败）",
    PlatformFault.SESSION_FORGOTTEN: "不认会话密钥，明文拒绝",
    PlatformFault.OTHER_REQUEST:     "答复的是别的请求",
    PlatformFault.GARBAGE:           "答复是乱码",
    PlatformFault.WRONG_LENGTH:      "帧头声明的长度多出一截，随即断线",
    PlatformFault.WRONG_LABEL:       "内容是 GBK，声明 UTF-8（或相反）",
    PlatformFault.DOCTYPE:           "报文带 DTD",
    PlatformFault.SLOW:              "每秒五个字节",
    PlatformFault.PUSH_TWICE:        "同一推送发两次",
    PlatformFault.PUSH_OTHER_NODE:   "推送冒用别的节点号",
    PlatformFault.PUSH_OTHER_KEY:    "推送用别的会话密钥",
}
# fmt: on


def armed(root: Path) -> PlatformFault | None:
    """Return the fault named now; it goes on until the file is taken away."""
    path = root / PLACE / FAULT_FILE
    return PlatformFault(path.read_text(encoding="ascii").strip()) if path.exists() else None
