"""Logs as JSON lines on standard error, with the request's id where there is one. No personal data."""

import logging
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
FIELDS = "%(asctime)s %(levelname)s %(name)s %(message)s"


class WithRequestId(logging.Filter):
    """Puts the present request's id on each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = REQUEST_ID.get()
        return True


def configure(level: str) -> None:
    """Sets up the root logger; what was set up before is replaced."""
    handler = logging.StreamHandler()
    renamed = {"asctime": "at", "levelname": "level", "name": "logger"}
    handler.setFormatter(JsonFormatter(FIELDS, rename_fields=renamed, json_ensure_ascii=False))
    handler.addFilter(WithRequestId())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These repeat for every call what our own lines say once.
    for chatty in ("botocore", "boto3", "urllib3", "procrastinate", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
