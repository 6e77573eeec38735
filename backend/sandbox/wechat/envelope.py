"""The signed and encrypted envelope of a callback, written from WeChat's description, not with the server's library.

Source: 微信公众平台《消息加解密说明》: AES-256-CBC, key = base64(EncodingAESKey + "="), IV = its first 16 bytes,
PKCS#7 to 32 bytes, plaintext = 16 random bytes + length (4 bytes, network order) + message + AppID;
signature = SHA-1 of the sorted parts.
"""

import base64
import hashlib
import secrets
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BYTES = 32


def sign(*parts: str) -> str:
    """Signs the parts (token, timestamp, nonce and, in secure mode, the ciphertext): 40 hex digits."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 (WeChat's protocol prescribes SHA-1)


def encrypt(message: str, app_id: str, encoding_aes_key: str, random_prefix: bytes | None = None) -> str:
    """Encrypts a message; returns base64. `random_prefix` (16 bytes) is fixed only to compare with known examples."""
    key = base64.b64decode(encoding_aes_key + "=")
    body = message.encode()
    prefix = random_prefix if random_prefix is not None else secrets.token_hex(8).encode()
    plaintext = prefix + len(body).to_bytes(4, "big") + body + app_id.encode()
    padding = BLOCK_BYTES - len(plaintext) % BLOCK_BYTES
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plaintext + bytes([padding]) * padding) + encryptor.finalize()).decode()


def to_xml(fields: dict[str, str | int]) -> str:
    """Writes a flat WeChat XML: text in CDATA, numbers bare."""
    rows = "\n".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())
    return f"<xml>\n{rows}\n</xml>"


def _value(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    return escape(value) if "]]>" in value else f"<![CDATA[{value}]]>"
