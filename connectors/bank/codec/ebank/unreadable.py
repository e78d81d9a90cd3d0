"""What ends the reading of an export. 无法继续读取"""

from gateway.errors import Code, Finding


class Unreadable(Exception):
    """Reading cannot go on; carries the finding, never the text."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code.name)
        self.finding = finding


class BadCell(Exception):
    """A cell that does not say what it must; carries the code, never the text."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code
