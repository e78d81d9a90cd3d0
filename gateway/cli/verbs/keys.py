"""`gateway keys list | new | certify | rotate | retire | revoke | check`: the key ring. 密钥管理"""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from pathlib import Path

from gateway.cli.output import Answer, Exit, WrongUse
from gateway.cli.verbs.arguments import Subparsers, a_day, add_reason, system_user
from gateway.clock import SystemClock
from gateway.dates import SHANGHAI
from gateway.errors import Code, NotConfigured
from gateway.flows import key_acts
from gateway.flows.key_parts import Keys
from gateway.flows.keys import KeyLine, check_keys, list_keys
from gateway.ports import Algorithm
from gateway.signing.keys.keyring import OURS, Purpose
from gateway.signing.keys.register import KeyEntry, Wanted
from gateway.wiring import build_keys

_PEM_BYTES_MAX = 256 * 1024
_SIGNS_DAYS, _SIGNS_DAYS_MAX = 365, 3660
# Time for the counterparty to register our new public key before we sign with it.
_NOTICE_DAYS = 7
_CERTIFY = "证书请求 keys/{kid}.csr 送 CA；公钥 keys/{kid}.pem 交对方登记"


def add_to(verbs: Subparsers, every: argparse.ArgumentParser) -> None:
    """Add the parsers."""
    group = verbs.add_parser("keys", help="密钥：列出、新建、更换、停用、吊销、检查")
    acts = group.add_subparsers(required=True, metavar="ACT")
    _add(acts, every, ("list", _list, "列出密钥、期限、证书与未了结件数"))
    _add(acts, every, ("check", _check, "逐把打开、试签、核对证书链与文件权限"))
    new = _add(acts, every, ("new", _new, "新建本方密钥，或登记对方公钥、证书"))
    new.add_argument("kid", help="密钥编号 / key id")
    new.add_argument("--holder", required=True, help="对接方代码 / counterparty")
    new.add_argument("--purpose", required=True, choices=[one.value for one in Purpose])
    new.add_argument("--algorithm", required=True, choices=[one.value for one in Algorithm])
    new.add_argument("--subject", default="", help="证书名称，缺省为密钥编号 / common name")
    new.add_argument("--public", type=Path, metavar="FILE", help="对方公钥或证书链 PEM")
    _add_window(new, "启用日期，缺省为此刻 / from")
    certify = _add(acts, every, ("certify", _certify, "装入 CA 签发的证书链"))
    certify.add_argument("kid")
    certify.add_argument("--certificate", required=True, type=Path, metavar="FILE")
    rotate = _add(acts, every, ("rotate", _rotate, "更换：新密钥与旧密钥并行"))
    rotate.add_argument("kid")
    _add_window(rotate, f"新密钥启用日期，缺省为 {_NOTICE_DAYS} 天后 / from")
    _add(acts, every, ("retire", _retire, "停用：须无未了结报文且已有接替")).add_argument("kid")
    revoke = _add(acts, every, ("revoke", _revoke, "立即吊销，不等未了结报文"))
    revoke.add_argument("kid")
    add_reason(revoke, required=True)


def _add(
    acts: Subparsers,
    every: argparse.ArgumentParser,
    verb: tuple[str, Callable[[argparse.Namespace], Answer], str],
) -> argparse.ArgumentParser:
    name, run, title = verb
    found = acts.add_parser(name, parents=[every], help=title)
    found.set_defaults(run=run)
    return found


def _add_window(parser: argparse.ArgumentParser, begins: str) -> None:
    parser.add_argument("--from", dest="start", type=a_day, metavar="YYYY-MM-DD", help=begins)
    parser.add_argument("--days", type=int, default=_SIGNS_DAYS, help="签名天数 / signing days")


def _keys() -> Keys:
    """The key ring's files, changed in the name of whoever runs this."""
    return build_keys(system_user())


def _list(parsed: argparse.Namespace) -> Answer:
    """All keys; nothing of a private half is read."""
    found = list_keys(_keys())
    return Answer([_text(line) for line in found], {"keys": [_data(line) for line in found]})


def _text(line: KeyLine) -> str:
    key, own = line.key, line.certificate
    certificate = f"证书 {own.fingerprint[:16]}… 签发者 {own.issuer}" if own else "无证书"
    return (
        f"{key.kid}  {line.standing.value}  {key.purpose.value} {key.holder}  "
        f"{key.verifier.algorithm.value}  {_window(line)}  未了结 {line.outstanding}  "
        f"公钥 {key.public_sha256[:16]}…  {certificate}"
    )


def _window(line: KeyLine) -> str:
    """From when, and until when it does what; `余` counts to the end that needs a successor."""
    key = line.key
    signs = f"签名至 {key.signs_until:%Y-%m-%d}，" if key.purpose in OURS else ""
    until = f"{signs}验签至 {key.verifies_until:%Y-%m-%d}"
    return f"{key.not_before:%Y-%m-%d} 起，{until}（余 {line.days} 天）"


def _data(line: KeyLine) -> dict[str, object]:
    key, own = line.key, line.certificate
    certificate = own and {
        "subject": own.subject,
        "issuer": own.issuer,
        "not_after": own.not_after.isoformat(),
        "sha256": own.fingerprint,
    }
    return {
        "kid": key.kid,
        "holder": key.holder,
        "purpose": key.purpose.value,
        "algorithm": key.verifier.algorithm.value,
        "standing": line.standing.name,
        "not_before": key.not_before.isoformat(),
        "sign_until": key.signs_until.isoformat() if key.purpose in OURS else None,
        "verify_until": key.verifies_until.isoformat(),
        "public_sha256": key.public_sha256,
        "days_left": line.days,
        "outstanding": line.outstanding,
        "certificate": certificate,
    }


def _check(parsed: argparse.Namespace) -> Answer:
    """Fails when any key, or who may read it, is not as it should be."""
    results = check_keys(_keys())
    lines = [f"{'✓' if one.ok else '✗'} {one.item}  {one.detail}" for one in results]
    ok = all(one.ok for one in results)
    data = {"ok": ok, "checks": [asdict(one) for one in results]}
    return Answer(lines, data, Exit.OK if ok else Exit.NOT_CONFIGURED)


def _new(parsed: argparse.Namespace) -> Answer:
    wanted = Wanted(
        kid=parsed.kid,
        holder=parsed.holder,
        purpose=Purpose(parsed.purpose),
        algorithm=Algorithm(parsed.algorithm),
        not_before=_moment(parsed.start) or SystemClock().now(),
        signs=_signs(parsed),
        verifies=_signs(parsed),
        subject=parsed.subject,
    )
    if parsed.public is not None:
        entry = key_acts.register(_keys(), wanted, _pem(parsed.public))
        return _answer(entry, "已登记对方密钥")
    entry = key_acts.make(_keys(), wanted)
    return _answer(entry, "已生成", _CERTIFY.format(kid=entry.kid))


def _certify(parsed: argparse.Namespace) -> Answer:
    entry = key_acts.certify(_keys(), parsed.kid, _pem(parsed.certificate))
    return _answer(entry, "已装入证书链")


def _rotate(parsed: argparse.Namespace) -> Answer:
    now = SystemClock().now()
    if parsed.start is not None and parsed.start < now.date():
        raise WrongUse(f"--from 不能早于今天：最早 {now:%Y-%m-%d}，即刻启用")
    start = _moment(parsed.start) or now + timedelta(days=_NOTICE_DAYS)
    entry = key_acts.rotate(_keys(), parsed.kid, start, _signs(parsed))
    told = f"{parsed.kid} 签名至 {entry.not_before:%Y-%m-%d %H:%M}，之后由 {entry.kid} 签名"
    return _answer(entry, "已生成接替密钥", told, _CERTIFY.format(kid=entry.kid))


def _retire(parsed: argparse.Namespace) -> Answer:
    return _answer(key_acts.retire(_keys(), parsed.kid), "已停用")


def _revoke(parsed: argparse.Namespace) -> Answer:
    entry, count = key_acts.revoke(_keys(), parsed.kid, parsed.reason)
    return _answer(entry, "已吊销", f"仍有 {count} 件未了结，逐件与对方核实")


def _answer(entry: KeyEntry, what: str, *more: str) -> Answer:
    data = {"kid": entry.kid, "purpose": entry.purpose.value, "holder": entry.holder}
    return Answer([f"✓ {entry.kid} {what}", *more], {"key": data})


def _signs(parsed: argparse.Namespace) -> timedelta:
    if not 1 <= parsed.days <= _SIGNS_DAYS_MAX:
        raise WrongUse(f"--days 应为 1 至 {_SIGNS_DAYS_MAX}")
    return timedelta(days=parsed.days)


def _moment(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), SHANGHAI)


def _pem(path: Path) -> bytes:
    """A small regular file's bytes. Raises NotConfigured for anything else."""
    if not path.is_file() or path.stat().st_size > _PEM_BYTES_MAX:
        raise NotConfigured(Code.FILE_NOT_HERE, detail=path.name)
    try:
        return path.read_bytes()
    except OSError as unreadable:
        raise NotConfigured(Code.FILE_NOT_HERE, detail=path.name) from unreadable
