"""Passwords as argon2id hashes. The rules for a good password are in services/identity.py."""

import unicodedata

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY


class Argon2Passwords:
    """Argon2id, by default with the second recommended option of RFC 9106, section 4: 3 passes, 64 MiB, 4 lanes.

    A password is brought to NFKC first, so that full-width letters typed with a Chinese input method are the same.
    """

    def __init__(self, cost: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(cost)

    def hash(self, password: str) -> str:
        """A new salted hash in PHC text form (`$argon2id$v=19$m=65536,t=3,p=4$…`)."""
        return self._hasher.hash(_normal(password))

    def matches(self, password: str, password_hash: str) -> bool:
        """Whether this is the password. Takes the time of one hash, right or wrong.

        Raises:
            InvalidHashError: `password_hash` is not an argon2 hash.
        """
        try:
            return self._hasher.verify(password_hash, _normal(password))
        except VerificationError:
            return False


def _normal(password: str) -> bytes:
    # A lone surrogate can come in as \ud800 in JSON; it must be a wrong password, not a crash.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
