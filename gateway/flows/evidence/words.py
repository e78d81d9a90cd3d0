"""What the evidence says of itself: what it proves, what it does not. 证据包文字"""

PROVES = (
    "包内每件原件的字节，与流水当时记下的摘要一致。",
    "标有签名密钥的来文与回执，确由持有该密钥者签出，签名所及正是这些字节。",
    "所列流水记录都在已签名的流水树根之下，此后未被增、删、改。",
    "树根盖有时间戳的，在该时刻之前已经存在；本件由我方签章密钥封装，改动一个字节即可发现。",
)
NOT_PROVES = (
    "银行、核心系统内部实际发生了什么，以及来文所述是否属实。",
    "仅凭通道认证（C 级）收到的内容：对方日后可以否认，我方不能向外人证明是其所发。",
    "对方已读或认可本方回执：标志文件的 C 级只说明本方文件已放到对方服务器上，没有对方的答复。",
    "没有时间戳处的时间：那是我方自己时钟的时间。",
    "本案以外的往来；流水中不属于本案的记录不在包内。",
)

# The journal's events where nobody answered: our flag stands on their server, and that is all.
PUBLISHED = {
    "reply_received": "本方标志文件已发布，由对方服务器确认大小，原件已归档",
    "message_answered": "认定为已发布；对方没有答复",
}

CHECKING = (
    "解压：unzip 证据包。README.md 列有每一条命令，只需 openssl、unzip、sha256sum、python3。",
    "逐件核对：sha256sum -c SHA256SUMS。",
    "一次全查：python3 -I -S verify.py .（自带脚本，只用标准库与 openssl）。",
    "核对封装与本文件的签章：openssl cms -verify；pdfsig timeline.pdf。",
    "向我方与对方各自公布的渠道核对密钥指纹与流水树根：包内的公钥不能自己证明自己。",
)
