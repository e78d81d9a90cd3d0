"""The catalogue: every error code with its text, its money and its safe action. 错误目录"""

from enum import Enum

from gateway.errors.entries import (
    ADVICES,
    BREAKS,
    DEDUCTIONS,
    FOUR_EYES,
    HOUSE,
    NIGHT,
    OVERDUE,
    SITE,
    TRUST,
    Entry,
    Money,
    file,
    missing,
    refused,
    signature,
    signed,
    transport,
    unreadable,
)


# fmt: off
class Code(Enum):
    """Every error code of the gateway; docs/errors.md is generated from this table."""

    # the wire
    NO_CONNECTION        = transport("连不上对接方，尚未发出任何数据", "no connection, nothing was sent")
    CONNECTION_LOST      = transport("读取途中连接中断，未产生任何影响", "connection lost while reading")
    LISTING_REFUSED      = transport("对接方拒绝列目录或读文件", "the counterparty refused to list or read", "请对方检查目录权限，之后自动重试")
    DATABASE_UNREACHABLE = transport("数据库连不上", "the database cannot be reached", "检查数据库服务与连接配置后重试", SITE)
    ARCHIVE_UNREACHABLE  = transport("归档目录读不了或写不进", "the archive cannot be read or written", "查磁盘空间、挂载与目录权限，之后自动重试", SITE)
    LOGIN_REFUSED        = missing("对接方拒绝登录", "the counterparty refused our login", "核对用户名与登录公钥是否已在对方登记", NIGHT)
    HOST_KEY_DIFFERS     = signature("对接方主机公钥与登记不符", "the host key is not the pinned one", "立即停止连接，电话核实对方是否更换主机密钥")
    PEER_CERTIFICATE_DIFFERS = signature("对方服务器证书与登记不符", "the server's certificate is not the pinned one", "立即停止连接，电话核实对方是否更换证书，核实后登记新指纹", TRUST)
    SEND_OUTCOME_UNKNOWN = Entry("OutcomeUnknown", "发送结果未知，对方可能已收到", "it may have reached them", Money.MAYBE, "不要重发；等待系统查询对方结果，或凭书面证据由双人处理", NIGHT)
    PROOF_TOO_WEAK       = Entry("OutcomeUnknown", "对方答复的凭据不足（D、E 级），不能据以了结", "an answer on grade D or E ends nothing", Money.MAYBE, "不要重发，也不要手工认定；等待系统再次查询，或请对方以签名或经认证通道给出可读结果", TRUST)
    MESSAGE_REJECTED     = Entry("MessageRejected", "对接方拒绝了报文", "the counterparty refused the message", Money.NO, "查看对方原因，由业务人员决定是否更正后重新发起", NIGHT)

    ANSWER_CONTRADICTS   = Entry("MessageRejected", "对接方的答复与先前答复矛盾", "two answers that exclude each other", Money.MAYBE, "两份答复均已留证；电话核实，由双人认定", NIGHT)

    PUSH_REJECTED        = signature("推送端口来了不是登记的对方所发的数据，已拒收", "a push that is not the platform's was refused", "内容未记录、未采用；核对来源地址与平台会话，来历不明的报信息安全负责人", ADVICES)

    # a file as a whole
    LAYOUT_NOT_INFERRED  = file("看不出文件的格式", "no layout can be proposed for the file", "看提示的原因；向银行要接口文档，按 schemas/bank 的样子手工编写格式定义")
    FLAG_UNREADABLE      = file("标志文件不合格", "the flag file cannot be read")
    FILE_NAME_UNKNOWN    = file("文件名不符合约定", "the file name does not follow the agreement")
    FILE_NOT_OWED        = file("收到应收表以外的文件", "a file for a night that owes none", "原件已保存，未用于对账；问银行为何发来，应收约定有变则改配置后重跑")
    FILE_TOO_LARGE       = file("文件超过约定大小", "the file is larger than agreed")
    FILE_ABSENT          = file("有标志文件而无数据文件", "a flag without its data file")
    FILE_NOT_PLAIN       = file("不是普通文件（链接、目录、管道或设备），拒收", "no plain file but a link, a directory or a device", "原处保留，勿打开；查是谁放入监视目录，请交件人以普通文件重新放入")
    FILE_SIZE_DIFFERS    = file("文件大小与标志文件不符", "the size is not the one in the flag")
    FILE_DIGEST_DIFFERS  = file("文件摘要与标志文件不符，内容被改动或传输损坏", "the digest is not the one in the flag")
    TOO_MANY_LINES       = file("行数超过约定上限", "more lines than agreed")
    NAME_REUSED          = file("同名文件内容不同", "the same name with other content", "两份原件均已保存；请银行说明，更正文件须用新版本号")
    CONTENT_REPEATED     = file("内容与另一文件完全相同", "the content of another file under a new name", "隔离后到者；请银行以新版本号和新内容重发；非银行所发的，电话核实来源")

    # signatures
    SIGNATURE_MISSING     = signature("缺少签名文件", "the signature is missing")
    SIGNATURE_UNREADABLE  = signature("签名文件无法识别", "the signature file cannot be read")
    SIGNATURE_WRONG       = signature("签名与内容不符", "the signature does not fit the bytes")
    SIGNED_NAME_DIFFERS   = signature("签名清单中的文件名与文件不符，文件被改名", "signed under another name", "隔离原件；电话请银行核实是否改名重放，更正文件须重新签名")
    KEY_UNKNOWN           = signature("签名密钥未登记", "the signing key is not known")
    KEY_NOT_IN_FORCE      = signature("签名密钥不在有效期", "the signing key is outside its window")
    KEY_REVOKED           = signature("签名密钥已吊销", "the signing key is revoked")
    ALGORITHM_NOT_ALLOWED = signature("签名算法不在许可范围", "the algorithm is not allowed here")
    CIPHERTEXT_WRONG      = signature("密文被改动，或密钥不对", "the ciphertext was altered, or the key is another", "停止使用该原件；从备份恢复并比对摘要", TRUST)
    CERTIFICATE_UNREADABLE = signature("证书无法识别", "the certificate cannot be read", "请对方重发证书；可用 openssl x509 查看", TRUST)
    CERTIFICATE_UNTRUSTED = signature("证书链不成立", "the certificate does not chain to a trusted root", "不采用；电话核实对方证书与签发机构", TRUST)

    SIGNATURE_COVERAGE    = signature("签名未恰好覆盖约定的部分", "the signature does not cover exactly what is agreed", "原件已留存，不采用；请对方按签名约定重新签名", TRUST)
    # signed messages
    MESSAGE_UNREADABLE = Entry("MalformedMessage", "报文无法读取（不是约定的 XML，或过大）", "no message that can be read", Money.MAYBE, "原件已留存，不采用；请对方检查其系统或线路上的代理，结果按未知处理", TRUST)
    MESSAGE_WITH_DTD   = Entry("MalformedMessage", "报文含 DTD 或实体声明", "the message brings a document type", Money.MAYBE, "不采用；正常系统不会这样发送，报信息安全负责人并核实来源", TRUST)
    MESSAGE_UNSIGNED   = signed("报文没有签名", "the message bears no signature", "不采用；请对方按签名约定重新发送，核实是否经过了未登记的线路")
    FAULT_UNSIGNED     = signed("对方返回未签名的错误报文", "an unsigned fault", "其内容不可采信；结果按未知处理，等待查询，请对方技术人员排查")
    MESSAGE_MISSHAPEN  = signed("签名报文结构不符合约定，可能是包装攻击", "a signed message of another shape than agreed", "不采用；隔离原件，电话核实来源；对方系统升级所致的，请其恢复约定结构")
    MESSAGE_STALE         = signature("报文签名已过期或时间不符", "the message is stale or from the future", "不采用；核对双方时钟，请对方重新发送", TRUST)
    MESSAGE_REPLAYED      = signature("报文是已收过的重放", "the message is a replay of one already taken", "不采用；电话核实来源，排查线路", TRUST)

    # seals, time-stamps, packages
    DOCUMENT_UNREADABLE = unreadable("文书不是可读的 PDF", "the document is no PDF we can read")
    DOCUMENT_ALTERED    = signature("文书在签章之后被改动或追加", "the document was changed after it was sealed", "不采用；以原件为准，请出具方重新提供", TRUST)
    PACKAGE_UNREADABLE  = unreadable("材料包结构不合格", "the package is not built as agreed")
    PACKAGE_ALTERED     = signature("材料包内容与签章清单不符", "the package's content is not what its manifest says", "不采用；请出具方重新提供，并留存此包", TRUST)
    STAMP_UNREACHABLE   = transport("连不上时间戳服务", "the time-stamp authority cannot be reached", "先签名，系统自动补时间戳；持续失败时联系时间戳服务方", TRUST)
    STAMP_REFUSED       = Entry("MessageRejected", "时间戳服务拒绝", "the time-stamp authority refused", Money.NO, "核对约定的策略与配额，联系时间戳服务方；之后系统自动补时间戳", TRUST)
    STAMP_UNREADABLE    = unreadable("时间戳无法识别", "the time-stamp cannot be read", "答复已留存；联系时间戳服务方，系统自动重取")
    STAMP_NOT_OURS      = signature("时间戳不是对本次请求的答复", "the time-stamp is not over what we asked", "不采用；答复已留存，联系时间戳服务方核实", TRUST)
    STAMP_UNTRUSTED     = signature("时间戳签名或证书不可信", "the time-stamp is not the authority's", "不采用；答复已留存，电话核实时间戳服务方的证书", TRUST)
    STAMP_CLOCK_WRONG   = signature("时间戳的时间与本机相差过大", "the time-stamp's clock and ours differ too much", "核对本机时间同步；本机无误则联系时间戳服务方", TRUST)
    STAMP_WAITING       = refused("时间戳久候未得", "a time-stamp has been waited for too long", "查时间戳服务与网络；得到后告警自动解除", TRUST)
    REPLY_NOT_BOUND    = signed("答复签名有效，但答复的不是这一请求", "a signed reply to another request", "不采用；结果按未知处理，等待查询，电话核实对方是否串线")

    # lines and fields
    ENCODING_INVALID   = file("含有无法识别的字符编码（如半个汉字）", "bytes that are no character of the encoding")
    CHARACTER_SPLIT    = file("定长字段把一个汉字切成两半", "a fixed field ends inside a character", "隔离原件；请银行按字节截取时不拆汉字，核对户名后以新版本号重发")
    LINE_LENGTH_WRONG  = file("定长行的字节数不对", "a fixed line has the wrong number of bytes")
    LINE_END_WRONG     = file("换行符不符合约定", "the line end is not the agreed one")
    LINE_UNFINISHED    = file("最后一行不完整，文件可能被截断", "the last line is unfinished")
    FIELD_COUNT_WRONG  = file("字段个数不对", "wrong number of fields")
    RECORD_UNKNOWN     = file("无法识别的记录标识", "unknown record tag")
    HEADER_MISSING     = file("缺少文件头", "the header is missing")
    TRAILER_MISSING    = file("缺少文件尾，文件可能被截断", "the trailer is missing")
    DATA_AFTER_TRAILER = file("文件尾之后还有内容", "content after the trailer")
    FIELD_EMPTY        = file("必填字段为空", "a required field is empty")
    FIELD_TOO_LONG     = file("字段超长", "a field is too long")
    FIELD_FORMAT_WRONG = file("字段格式不对", "a field has the wrong form")
    AMOUNT_FORMAT_WRONG = file("金额格式不对，应为元、两位小数、无逗号", "not yuan with two decimals")
    DATE_FORMAT_WRONG  = file("日期或时间不存在", "no such date or time")
    VALUE_NOT_ALLOWED  = file("字段取值不在约定范围", "a value outside the agreement")

    # what the file says of itself
    CONTROL_COUNT_WRONG = file("笔数与明细不符", "a control count differs from the lines")
    CONTROL_SUM_WRONG   = file("金额合计与明细不符", "a control sum differs from the lines")
    SEQUENCE_BROKEN     = file("序号不连续", "the serial numbers have a gap")
    ROWS_CAPPED         = file("行数达到对方单次上限，可能还有未返回的明细", "as many rows as the other side gives at most", "不作为完整明细使用；系统缩小日期范围重新查询，持续出现时请银行提供完整明细")
    SIGN_UNDECIDED      = file("冲正标识与金额符号不能确定收支方向", "sign and reversal flag leave the direction open", "隔离原件，请银行说明该笔是收入冲正还是支出冲正，不得猜测")
    SERIAL_REPEATED     = file("序号重复", "a serial number stands twice")
    BALANCE_CHAIN_BROKEN = file("余额不衔接", "the running balance does not follow")
    PAGE_MISSING        = file("分页不全，缺少前页或后页", "a page of the statement is missing")
    STATEMENT_NOT_ALONE = file("一个文件含多份对账单，未指明取哪一份", "several statements, and none is chosen")
    NUMBER_TURNED_FLOAT = file("长号码已被电子表格变成浮点数，尾数丢失", "a long number that a spreadsheet has rounded")
    BANK_DIFFERS        = file("文件中的银行代码不是该银行", "another bank's code in the file")
    ACCOUNT_DIFFERS     = file("文件中的账号不是我方专户", "not our account")
    BUSINESS_DATE_DIFFERS = file("文件中的业务日期与文件名不符", "the business date is not the name's")

    # rules of ours
    FILE_NOT_YET     = refused("应收文件尚未到齐，未到截止时点", "an owed file is not here yet", "等待，系统自动再取")
    FILE_OVERDUE     = refused("应收文件逾期未到", "an owed file is overdue", "电话催银行；到达后重新运行当日对账")
    FILE_QUARANTINED = refused("应收文件已被隔离，不能对账", "an owed file is in quarantine", "按隔离原因联系银行；新版本到达后重新运行")
    CORRECTION_WAITS = refused("已采用的文件又来了更正版本，须人工处理", "a correction of a file already used", "两版均已保存；核对差异，由双人决定")
    CLAIMED_ELSEWHERE = refused("另一进程正在发送此报文", "another worker holds this message", "等租约到期后自动接手")
    KEY_IN_USE       = refused("仍有未了结的报文使用这把密钥，或没有接替的密钥", "something is still open under this key, or none follows", "等所列事项了结后再停用；泄露时用 gateway keys revoke 立即吊销", TRUST)
    KEY_GAP          = refused("新旧密钥之间会有空档", "no key would sign between the old and the new", "启用时间改到旧密钥的期限之内；旧密钥已到期或吊销的用 gateway keys new", TRUST)
    LAUNCHER_RUNNING = refused("已有一个启动程序在此目录运行", "another launcher runs here", "等它结束，或执行 make down；要并行请换 GATEWAY_VAR 与端口", SITE)
    LUMP_DIFFERS     = refused("专户批扣入账与结果文件成功金额不符", "the lump credited is not the sum taken", "电话请银行核对批扣入账；差额列入当晚不平账项")
    NIGHT_NOT_READY  = refused("上一步尚未完成，不能执行本步", "the step before is not done", "先完成上一步")
    HEAD_NOT_YET     = refused("这条流水还不在已签名的树根之下", "no signed head covers the entry yet", "执行 gateway housekeep 生成树根后重试；文本说随下一个树根的，待有新业务", TRUST)
    CHECK_FAILED     = refused("自检有未通过的项", "a self-check failed", "执行 gateway check，按所列各项处理", HOUSE)
    NIGHT_UNPROVED   = refused("当晚核对未完成或不平", "the night is not proved", "按核对表所列事项处理后重新运行")

    # the deduction circle
    CORE_DATE_DIFFERS = refused("核心系统的业务日期不是所编批次的日期", "the core counts another business date", "核对业务日期：等核心系统日切，或用正确的日期重新编制", DEDUCTIONS)
    CUT_OFF_PASSED   = refused("已过该业务日期的发送截止时点", "the cut-off of the business date has passed", "不补发；下一扣款日重新编制，期次未丢", DEDUCTIONS)
    BATCH_NOT_READY  = refused("批次现在不能这样办理", "the batch is not in the state for this", "用 gateway deductions show 看现状", DEDUCTIONS)
    BATCH_UNFINISHED = Entry("OutcomeUnknown", "批次部分处理完成，或逾期没有终态", "the bank has not finished the batch", Money.MAYBE, "不要重发，不要认定；系统继续查询，电话请银行处理完并说明", DEDUCTIONS)
    BATCH_FAILED     = Entry("MessageRejected", "银行答复整批失败", "the bank says the whole batch failed", Money.NO, "问明原因；期次自动进入下一批，用新批号", DEDUCTIONS)
    SPLIT_TOO_EARLY  = refused("批次未完成，不能作本息分解，或批号不对", "no split before the batch has ended, or a wrong number", "等批次结果核完，系统自动再做", DEDUCTIONS)
    SPLIT_UNEQUAL    = refused("本息分解与扣款金额不等，未发送", "the split's parts are not what was taken", "停止该批分解，核对逐笔入账后报开发人员", DEDUCTIONS)

    # what waits for people, and the days
    RESOLUTION_UNLAWFUL = refused("这类不平账项不许这样处理，或所需材料不全", "not a lawful resolution of this kind of break", "用 gateway breaks show 查看合法处理与所需材料后重新提出", BREAKS)
    BREAK_NOT_READY  = refused("不平账项当前状态不能这样办", "the break is not in a state for this", "用 gateway breaks show 查看状态；处理中的先撤回或等复核", BREAKS)
    CLAIM_UNBOOKABLE = refused("款项与所选贷款的应还对不上，不能入账", "the money fits nothing this loan owes", "核对贷款号与期次；结清或无应还的选退款或转会计凭证", BREAKS)
    RESOLVED_THEN_EXPLAINED = refused("人已处理的账项，银行凭据又到", "evidence came for a break people had ended", "由双人核对是否重复入账或退款，重复的撤销原处理", BREAKS)
    DAY_HINDERED     = refused("日结条件不齐，或该日状态不能这样办", "the day cannot be closed or reopened now", "用 gateway day status 查看所缺各项，补齐后再办", BREAKS)
    # two people
    APPROVAL_MISSING = refused("尚未经两人经办、复核，不能执行", "two people have not approved it yet", "在复核页或用 gateway approvals 由经办放行、另一人复核", FOUR_EYES)
    APPROVAL_REFUSED = refused("已被退回，不能执行", "it was refused by a person", "看退回理由，更正后重新提请", FOUR_EYES)
    APPROVAL_DIGEST_DIFFERS = refused("内容与所见或所复核的不同", "the content is not what was seen or approved", "重新打开，按现在的内容重新经办、复核", FOUR_EYES)
    APPROVAL_NOT_OPEN = refused("此件现在不能这样办理", "it is not waiting for this act", "刷新看现状：可能已办、已退回，或已被新内容取代", FOUR_EYES)
    SAME_PERSON      = refused("经办与复核不得为同一人", "one person cannot release and approve", "请另一人复核", FOUR_EYES)
    PERSON_BARRED    = refused("此人与所办事项有关，须回避", "the person caused what is to be approved", "请未参与该变更的人办理", FOUR_EYES)
    PERSON_NOT_NAMED = refused("此人不在经办或复核名单", "the person is not named for this act", "请名单上的人办理；名单在 settings.json 的 four_eyes", FOUR_EYES)

    PAYLOAD_SHREDDED = refused("原件已按留存规则销毁，只余摘要", "the payload was shredded; its digest is left", "查流水中的销毁记录与理由；原件不可恢复，摘要仍可核对他处的副本", TRUST)
    RETENTION_FORBIDS = refused("留存期未满或仍在使用，不得销毁", "too young to be destroyed, or still in use", "到所列日期之后再办；留存规则见 schemas/retention", TRUST)
    DAY_IS_HISTORY   = refused("该日之后已有评估，不再改写", "a later day has been assessed already", "查看该日的记录；要重算请改核心账后在当日评估", OVERDUE)
    NO_LETTER_DUE    = refused("该事项不发函", "no letter is to be written for it", "电话催收的打电话；已还清的不再催收", OVERDUE)

    # what a person must supply
    CALENDAR_YEAR_MISSING = missing("该年度工作日历尚未导入", "no working-day data for that year", "国务院办公厅通知公布后执行 gateway calendar import")
    SETTING_MISSING  = missing("缺少配置项", "a setting is missing", "补充配置目录中的对应文件")
    SETTING_INVALID  = missing("配置项不合格", "a setting is not valid", "按提示修正配置目录中的对应文件")
    LAYOUT_INVALID   = missing("文件格式定义不合格", "a layout is not valid", "按提示修正 schemas/bank 中的定义")
    RETENTION_BELOW_FLOOR = missing("留存期短于法定下限", "a retention rule is below the legal floor", "把 schemas/retention 中该项改到下限以上", TRUST)
    CERTIFICATE_EXPIRES = missing("密钥或证书即将到期", "a key or its certificate ends soon", "我方的：gateway keys rotate 并请对方登记新公钥；对方的：请对方提供新证书", TRUST)
    CERTIFICATE_EXPIRED = missing("密钥或证书已到期，没有接替的密钥", "a key or its certificate has ended, none follows", "立即换用新密钥；期间不能签名或验签", TRUST)
    SECRETS_EXPOSED  = missing("密钥目录或文件他人可读", "others may read the secrets directory or a file of it", "目录改为 0700、文件改为 0600；查清谁读过，必要时吊销更换", TRUST)
    KEY_MISSING      = missing("没有可用的密钥", "no usable key", "生成或登记密钥后重试")
    MIGRATION_NEEDED = missing("数据库结构不是本版本", "the database schema is not this version's", "执行 gateway migrate")
    PROCESS_FAILED   = missing("本机的一个进程失败、退出或未在限时内就绪", "a process of ours failed or was not ready in time", "看所列日志，再运行一次：做完的不会再做")
    PLATFORM_UNFIT   = missing("运行环境不符合要求", "the platform does not fit", "换用符合要求的环境")
    SELF_TEST_FAILED = missing("密码算法自检未通过，拒绝启动", "a cryptographic self-test failed", "不要继续使用本机密码库，联系管理员")
    INTERFACE_DIFFERS = missing("核心系统接口与约定不符", "the core's interface is not the agreed one", "请核心系统方按 schemas/core_system 核对")
    NOT_FOUND        = missing("查无此编号", "no such id", "核对编号；gateway show 可用前缀")
    FILE_NOT_HERE    = missing("本机没有这个文件", "no such file on this machine", "核对路径；只读普通文件，且须有读取权限")
    FILE_IN_THE_WAY  = missing("目标文件已存在，不覆盖", "something of that name is there already", "换一个文件名")
    FONT_MISSING     = missing("没有找到文书所用的中文字体", "the typeface of our documents is not here", "以 GATEWAY_FONTS 指明有该字体的目录，或不设而用随附字体", TRUST)
    DUPLICATE_SETTING = missing("配置重复", "a setting is given twice", "删除多余的一份")

    # what must never happen
    TRANSITION_MISSING = Entry("IllegalTransition", "状态迁移表没有这一行", "no row in the transition table", Money.NO, "停止并报告开发人员，附编号", SITE)
    CONTENT_DIFFERS    = Entry("IllegalTransition", "同一幂等键对应不同内容", "one idempotency key, two contents", Money.MAYBE, "停止并报告开发人员；不要再次发送", SITE)
    STORE_REFUSED      = Entry("IllegalTransition", "数据库不接受这一行", "the database refused the row", Money.NO, "本步已整体回退；报开发人员", NIGHT)
    OUR_BUG            = Entry("IllegalTransition", "程序出错", "an error of our own program", Money.MAYBE, "停止并报告开发人员，附标准错误的内容", SITE)
    PROOF_UNEQUAL      = Entry("IllegalTransition", "守恒等式不成立", "a conservation equation does not hold", Money.MAYBE, "停止入账，保留现场，报告开发人员", NIGHT)
    STATEMENT_UNEQUAL  = Entry("IllegalTransition", "余额调节表调节后两边不等", "the two adjusted balances of a month differ", Money.MAYBE, "不签字；按差额逐日查对账单衔接与账务，必要时重演该月各晚", BREAKS)
    JOURNAL_BROKEN     = signature("流水链断裂或被改动", "the journal's chain is broken", "停止使用，保护数据库，按应急手册取证", SITE)
    PUBLICATION_DIFFERS = signature("公布目录中的树根与所记不符", "the published head is not the recorded one", "两份均保全；与留存方手中的树根比对，按应急手册取证", TRUST)
    EVIDENCE_CONTRADICTS = signature("证据包各部分互相矛盾", "the parts of an evidence pack contradict each other", "不采用；向出具方核实来源，另行索取", TRUST)
    ARCHIVE_DAMAGED    = signature("归档原件缺失或被改动", "an archived payload is missing or altered", "从备份恢复原件与密钥文件并比对摘要", SITE)
# fmt: on
