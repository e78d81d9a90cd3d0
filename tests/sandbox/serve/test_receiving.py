"""The bank takes in receipts and says what it thinks of them. 收件."""

import hashlib
import os

import pytest

RESULT = "DKJG_990001_ZH01_20260224_V01.txt"


def test_a_receipt_is_taken_in_when_its_flag_is_renamed(partner, news):
    name, data = partner.receipt(answered="01" * 32)
    with partner.sftp() as sftp:
        partner.put(sftp, name, data)
        partner.put(sftp, name + ".sig", partner.signature(name, data))
        assert news(name="receipt") == []
        partner.put(sftp, name + ".ok", partner.flag_line(name, data))
    (event,) = news(name="receipt")
    del event["seq"], event["time"]
    assert event == {
        "event": "receipt",
        "name": name,
        "digest": hashlib.sha256(data).hexdigest(),
        "signature": "ok",
        "conclusion": "A",
        "error_code": "",
        "error_line": 0,
        "reason": "已收妥",
        "file_name": RESULT,
        "file_digest": "01" * 32,
    }


def test_everything_done_to_publish_is_written_down_in_order(partner, news):
    name, data = partner.receipt(answered="02" * 32)
    with partner.sftp() as sftp:
        partner.put(sftp, name, data)
    opened, closed, renamed = news()
    assert (opened["event"], opened["name"], opened["exclusive"]) == (
        "write_open",
        name + ".tmp",
        True,
    )
    assert (closed["size"], closed["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert (renamed["old"], renamed["new"], renamed["replaced"]) == (name + ".tmp", name, False)


@pytest.mark.parametrize(
    ("signature", "verdict"),
    [
        (lambda partner, name, data: None, "missing"),
        (lambda partner, name, data: partner.signature(name, data), "ok"),
        (lambda partner, name, data: partner.signature(name, data + b" "), "bad"),
        (lambda partner, name, data: partner.signature(name, data, alg="sm2-sm3"), "bad"),
        (lambda partner, name, data: partner.signature(f"{name}x", data), "bad"),
        (lambda partner, name, data: b"{}", "bad"),
    ],
)
def test_the_bank_says_what_it_thinks_of_the_signature(partner, news, signature, verdict):
    name, data = partner.receipt("990002", answered=os.urandom(32).hex())
    with partner.sftp("990002") as sftp:
        partner.deliver(sftp, name, data, signature(partner, name, data))
    assert [one["signature"] for one in news("990002", "receipt")] == [verdict]


def test_a_receipt_sent_twice_shows_twice(partner, news):
    name, data = partner.receipt(answered="03" * 32)
    for _ in range(2):
        with partner.sftp() as sftp:
            partner.deliver(sftp, name, data)
    assert len(news(name="receipt")) == 2
    assert [one["replaced"] for one in news(name="rename")] == [False, False, True, True]


def test_a_flag_that_lies_is_refused(partner, news):
    name, data = partner.receipt(answered="04" * 32)
    with partner.sftp() as sftp:
        partner.put(sftp, name, data)
        partner.put(sftp, name + ".ok", partner.flag_line(name, data + b"x"))
        partner.put(sftp, "other.txt.ok", partner.flag_line(name, data))
        partner.put(sftp, "nothing.txt.ok", partner.flag_line("nothing.txt", b""))
    reasons = [one["reason"] for one in news(name="receipt_refused")]
    assert reasons == [
        "the data is not what the flag says",
        "the flag vouches for a file of another name",
        "the data file is not there",
    ]
    assert news(name="receipt") == []


def test_a_receipt_for_another_bank_is_refused(partner, news):
    name, data = partner.receipt("990002", answered="05" * 32)
    with partner.sftp("990001") as sftp:
        partner.deliver(sftp, name, data)
    assert [one["reason"] for one in news(name="receipt_refused")] == [
        "the receipt is for another bank"
    ]


def test_exclusive_creation_and_plain_rename_do_not_overwrite(partner):
    with partner.sftp() as sftp:
        partner.put(sftp, "taken.txt", b"one")
        with pytest.raises(OSError):
            sftp.open("/incoming/taken.txt", "wx")
        with sftp.open("/incoming/new.tmp", "wx") as out:
            out.write(b"two")
        with pytest.raises(OSError):
            sftp.rename("/incoming/new.tmp", "/incoming/taken.txt")
        sftp.remove("/incoming/new.tmp")
        with pytest.raises(PermissionError):
            sftp.remove("/incoming/taken.txt")
    assert (partner.root / "homes/990001/incoming/taken.txt").read_bytes() == b"one"


def test_a_file_has_a_largest_size(partner, news):
    with partner.sftp() as sftp:
        out = sftp.open("/incoming/huge.tmp", "wx")
        out.seek(64 * 1024 * 1024)
        with pytest.raises(OSError):
            out.write(b"x")
        out.close()
    assert [one["name"] for one in news(name="too_large")] == ["huge.tmp"]


def test_a_session_has_so_many_open_files_and_no_more(partner):
    with partner.sftp() as sftp:
        opened = [sftp.open(f"/outgoing/{RESULT}") for _ in range(32)]
        with pytest.raises(OSError, match="open files"):
            sftp.open(f"/outgoing/{RESULT}")
        for one in opened:
            one.close()
        sftp.open(f"/outgoing/{RESULT}").close()
