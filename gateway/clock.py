"""The only clock: aware moments, Asia/Shanghai. 时钟"""

from datetime import date, datetime

from gateway.dates import SHANGHAI


class SystemClock:
    """The machine's clock, read in one place so that every other place can be told the time."""

    def now(self) -> datetime:
        """This moment, aware, Asia/Shanghai."""
        return datetime.now(SHANGHAI)

    def today(self) -> date:
        """The calendar day in Shanghai; never UTC's, which is yesterday until 08:00."""
        return self.now().date()
