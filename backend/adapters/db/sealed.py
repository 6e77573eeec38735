"""Sealing of personal data at rest: SM4-GCM with a key id in each value, HMAC-SM3 for finding, SM3 for digests.

A sealed value is: length of the key id (1 byte) ‖ key id ‖ nonce (12) ‖ ciphertext ‖ tag (16). The place it belongs to
(`cases.answers:<id>`) is authenticated with it, so a value copied into another row does not open.
Source: GB/T 32907-2016 (SM4), GB/T 32905-2016 (SM3).
"""

import json
import os
from collections.abc import Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

NONCE_BYTES = 12
TAG_BYTES = 16


class SealBroken(Exception):
    """A sealed value does not open: changed, moved to another place, or its key is not among ours."""


class Seal:
    """Seals with the first key, opens with any of them. Keys are (id, 16 bytes); the index key is 32 bytes."""

    def __init__(self, keys: Sequence[tuple[str, bytes]], index_key: bytes) -> None:
        self._active = keys[0][0]
        self._keys = dict(keys)
        self._index_key = index_key

    def seal(self, content: Any, place: str) -> bytes:
        """JSON-able content → sealed bytes bound to `place`."""
        nonce = os.urandom(NONCE_BYTES)
        box = Cipher(algorithms.SM4(self._keys[self._active]), modes.GCM(nonce)).encryptor()
        box.authenticate_additional_data(place.encode())
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        body = box.update(text) + box.finalize()
        key_id = self._active.encode()
        return bytes([len(key_id)]) + key_id + nonce + body + box.tag

    def open(self, sealed: bytes, place: str) -> Any:
        """Sealed bytes → the content. Raises SealBroken."""
        key_end = 1 + sealed[0] if sealed else 0
        if len(sealed) < key_end + NONCE_BYTES + TAG_BYTES:
            raise SealBroken(f"the value at {place.split(':')[0]} was cut off")
        nonce_end = key_end + NONCE_BYTES
        key = self._keys.get(sealed[1:key_end].decode(errors="replace"))
        if key is None:
            raise SealBroken("sealed with a key that is not configured")
        nonce, body, tag = sealed[key_end:nonce_end], sealed[nonce_end:-TAG_BYTES], sealed[-TAG_BYTES:]
        box = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
        box.authenticate_additional_data(place.encode())
        try:
            return json.loads(box.update(body) + box.finalize())
        except InvalidTag as error:
            raise SealBroken(f"the value at {place.split(':')[0]} was changed or moved") from error

    def key_id(self, sealed: bytes) -> str:
        """The id of the key a value was sealed with (for rotation)."""
        return sealed[1 : 1 + sealed[0]].decode()

    def index(self, value: str) -> bytes:
        """The keyed fingerprint by which an equal value is found again: HMAC-SM3, 32 bytes."""
        mac = hmac.HMAC(self._index_key, hashes.SM3())
        mac.update(value.encode())
        return mac.finalize()

    def digest(self, content: bytes) -> bytes:
        """SM3, 32 bytes."""
        sm3 = hashes.Hash(hashes.SM3())
        sm3.update(content)
        return sm3.finalize()
