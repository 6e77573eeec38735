"""Doing a thing once though it is asked for twice (Idempotency-Key): the key is kept with what it guards."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.domain.actors import Actor
from backend.services.ports import Seals, Transaction


def is_repeat(tx: Transaction, seals: Seals, actor: Actor, key: str, request: Mapping[str, Any], at: datetime) -> bool:
    """Whether this actor's key came before with the same request; it is remembered with the transaction if not.

    Raises AlreadyUsed when the key came before with another request.
    """
    content = json.dumps(request, ensure_ascii=False, sort_keys=True, default=str).encode()
    return not tx.idempotency.take(actor.id, key, seals.digest(content), at)
