"""A partner reads what the bank published. 读取."""

BANKS = ("990001", "990002", "990003")
RESULT = "DKJG_990001_ZH01_20260224_V01.txt"


def test_each_bank_is_a_user_with_a_home_of_its_own(partner):
    for bank in BANKS:
        with partner.sftp(bank) as sftp:
            assert sorted(sftp.listdir("/")) == ["incoming", "outgoing"]
            assert all(f"_{bank}_" in name for name in sftp.listdir("/outgoing"))


def test_a_file_is_read_whole_and_the_reading_is_written_down(partner, news):
    with partner.sftp() as sftp:
        data = partner.fetched(sftp, RESULT)
        assert sftp.stat(f"/outgoing/{RESULT}").st_size == len(data)
    assert data == (partner.root / "homes/990001/outgoing" / RESULT).read_bytes()
    told = [(one["event"], one["name"], one["bytes"]) for one in news()]
    assert told == [("read", RESULT, len(data))]


def test_the_login_is_written_down(partner, news):
    with partner.sftp():
        pass
    assert len(news(name="login")) == 1
