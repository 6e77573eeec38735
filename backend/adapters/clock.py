"""The only place that knows what time it is. Everything else is handed a moment or a date."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


class SystemClock:
    """The machine's clock: moments in UTC, dates as the district writes them (Asia/Shanghai)."""

    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        return datetime.now(tz=timezone.utc)  # noqa: TID251, UP017 - the clock itself

    def today(self) -> date:
        """Today's date in the district."""
        return self.now().astimezone(SHANGHAI).date()
