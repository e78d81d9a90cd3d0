"""Layouts: what has not the right form, and what has it and cannot work. 格式定义"""

from collections.abc import Callable

import pytest

from connectors.bank.codec import layout_of
from gateway.errors import Code, NotConfigured
from tests.connectors.bank.samples import SCHEMA, SCHEMAS, altered, shipped


def field(data: dict, name: str, record: str = "detail") -> dict:
    return next(one for one in data[record]["fields"] if one["name"] == name)


def without(record: str, name: str) -> Callable[[dict], None]:
    return lambda data: data[record]["fields"].remove(field(data, name, record))


def with_(record: str, name: str, /, **changes: object) -> Callable[[dict], None]:
    return lambda data: field(data, name, record).update(changes)


def whole(**changes: object) -> Callable[[dict], None]:
    return lambda data: data.update(changes)


def dropped(name: str) -> Callable[[dict], None]:
    return lambda data: data.pop(name)


def control(number: int, /, **changes: object) -> Callable[[dict], None]:
    return lambda data: data["controls"][number].update(changes)


def chain(**changes: object) -> Callable[[dict], None]:
    return lambda data: data["balance_chain"].update(changes)


@pytest.mark.parametrize("path", sorted((SCHEMAS / "bank").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_layout_is_sound_and_named_after_its_file(path):
    assert shipped(path.stem).name == path.stem


@pytest.mark.parametrize("data", [None, [], "layout", {}, {"layout": "generic-pipe-result"}])
def test_what_is_no_layout_is_refused(data):
    with pytest.raises(NotConfigured) as refused:
        layout_of(data, SCHEMA)
    assert refused.value.code is Code.LAYOUT_INVALID


@pytest.mark.parametrize(
    "change",
    [
        whole(encoding="big5"), whole(encoding="latin-1"), whole(delimiter=""),
        whole(newline="\r"), whole(kind="something"), whole(version=0), whole(title=""),
        whole(more="x"), whole(file_name="a/b_{bank}.txt"), whole(form="fixed"),
        whole(flag={"suffix": ".ok", "fields": ["name", "size"]}),
        whole(flag={"suffix": "ok", "fields": ["sha256"]}),
        whole(flag={"suffix": ".ok", "fields": []}), whole(signature={}),
        with_("detail", "asked", type="dollars"), with_("detail", "asked", name="Asked"),
        with_("detail", "asked", max_bytes=0), with_("detail", "asked", comment="x"),
        control(1, of=None), control(2, where=None), dropped("trailer"), dropped("controls"),
        whole(detail={"tag": "D", "fields": []}), whole(detail={"tag": "", "fields": []}),
        lambda data: data["controls"][1].pop("of"),
        lambda data: data["controls"][2].pop("where"),
    ],
)  # fmt: skip
def test_a_layout_of_the_wrong_form_is_refused_and_the_place_named(change):
    with pytest.raises(NotConfigured) as refused:
        altered("result", change)
    assert refused.value.code is Code.LAYOUT_INVALID
    assert refused.value.detail.startswith("$")


# fmt: off
UNSOUND = [
    # names that do not meet
    ("result", without("detail", "taken"), "detail lacks taken"),
    ("result", without("header", "batch_no"), "header lacks batch_no"),
    ("statement", without("header", "opening"), "header lacks opening"),
    ("receipt", without("detail", "conclusion"), "detail lacks conclusion"),
    ("result", without("trailer", "taken_count"), "trailer lacks taken_count"),
    ("result", control(1, of="wanted"), "detail lacks wanted"),
    ("result", control(2, where="answer"), "detail lacks answer"),
    ("result", control(0, trailer="count"), "trailer lacks count"),
    ("result", whole(unique="number"), "detail lacks number"),
    ("statement", whole(sequence="number"), "detail lacks number"),
    ("statement", chain(closing="end"), "trailer lacks end"),
    ("statement", chain(amount="sum"), "detail lacks sum"),
    ("statement", chain(opening="begin"), "header lacks begin"),
    # what the proof of a night reads from the trailer
    ("result", without("trailer", "taken_total"), "trailer lacks taken_total"),
    ("statement", without("trailer", "total_count"), "trailer lacks total_count"),
    ("result", lambda data: data["controls"].pop(3), "nothing proves taken_total"),
    ("result", whole(controls=[]), "nothing proves asked_total"),
    ("statement", dropped("balance_chain"), "nothing proves closing"),
    ("result", dropped("unique"), "nothing keeps serial unique"),
    ("result", whole(unique="instalment_no"), "nothing keeps serial unique"),
    # types from which our values cannot be built
    ("result", with_("detail", "taken", type="text"), "detail has taken as text, not yuan"),
    ("result", with_("detail", "serial", type="digits"), "detail has serial as digits, not count"),
    ("result", with_("detail", "host_date", type="text"), "detail has host_date as text, not date"),
    ("result", with_("header", "business_date", type="digits"),
     "header has business_date as digits, not date"),
    ("statement", with_("detail", "booked_time", type="text"),
     "detail has booked_time as text, not time"),
    ("result", control(1, of="payer_name"), "detail has payer_name as text, not count"),
    ("result", with_("trailer", "asked_total", type="count"),
     "trailer has asked_total as count, not yuan"),
    ("result", whole(unique="loan_no"), "detail has loan_no as text, not count"),
    ("statement", chain(balance="summary"), "detail has summary as text, not fen"),
    # what would be read as zero or as nothing
    ("result", with_("detail", "taken", empty=True), "detail may not leave taken empty"),
    ("result", with_("detail", "serial", empty=True), "detail may not leave serial empty"),
    ("statement", with_("detail", "booked_time", empty=True),
     "detail may not leave booked_time empty"),
    ("result", with_("header", "business_date", empty=True),
     "header may not leave business_date empty"),
    # two things under one name
    ("result", lambda data: data["detail"]["fields"].append(field(data, "taken")),
     "detail has taken twice"),
    ("result", lambda data: data["header"].update(tag="D"), "tags D D T are not three"),
    ("result", lambda data: data["trailer"].update(tag="D"), "tags H D D are not three"),
    ("result", lambda data: data["detail"].update(tag="D|"), "tag D| holds the delimiter"),
    # what would not fit into a receipt
    ("result", with_("detail", "taken", title="实" * 31), "detail has too long a title for taken"),
    # file names
    ("result", whole(file_name="DKJG_{bank}_{date}.txt"), "file_name lacks {account}"),
    ("result", whole(file_name="X_{bank}_{account}_{date}_{teller}.txt"),
     "file_name has {teller} 1 times"),
    ("result", whole(file_name="X_{bank}_{account}_{date}_{date}.txt"),
     "file_name has {date} 2 times"),
    ("receipt", whole(file_name="X_{bank}_{account}_{date}.txt"), "file_name lacks {digest}"),
    ("result", whole(file_name="X_{bank}_{account}_{date}{.txt"), "file_name has a brace too many"),
    # totals that do not say what they add up
    ("result", control(0, of="asked"), "total_count both counts and adds up"),
    ("result", lambda data: data["controls"][2].pop("one_of"),
     "taken_count chooses by code and does not say what"),
    # credit and reversal must be one of two
    ("statement", chain(credit="X"), "detail does not limit direction to X and one other"),
    ("statement", with_("detail", "reversal", one_of=["Y", "N", "R"]),
     "detail does not limit reversal to Y and one other"),
    ("statement", lambda data: field(data, "direction").pop("one_of"),
     "detail does not limit direction to C and one other"),
]
# fmt: on


@pytest.mark.parametrize(("name", "change", "fault"), UNSOUND, ids=[row[2] for row in UNSOUND])
def test_a_layout_that_cannot_work_is_refused_and_the_fault_named(name, change, fault):
    with pytest.raises(NotConfigured) as refused:
        altered(name, change)
    assert refused.value.code is Code.LAYOUT_INVALID
    assert refused.value.detail == f"generic-pipe-{name}: {fault}"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("result", whole(file_name="R{date}-{bank}-{account}.dat")),  # a bank that never corrects
        ("result", whole(encoding="utf-8", newline="\r\n", delimiter="@|$")),
        ("result", with_("detail", "loan_no", type="digits")),
        ("result", lambda data: data["detail"]["fields"].append(
            {"name": "mandate_no", "title": "协议号", "type": "text", "empty": True})),
        ("result", whole(sequence="serial")),
    ],
)  # fmt: skip
def test_a_dialect_may_differ_where_nothing_of_ours_depends_on_it(name, change):
    assert altered(name, change).name == f"generic-pipe-{name}"
