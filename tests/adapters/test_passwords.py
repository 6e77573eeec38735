"""Password hashes: what they are made of and what they accept."""

import pytest
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from argon2.low_level import Type

from backend.adapters.passwords import Argon2Passwords

PASSWORD = "屈原管理区-window-7"


@pytest.fixture(scope="module")
def passwords() -> Argon2Passwords:
    return Argon2Passwords()


def test_the_right_password_matches_and_another_does_not(passwords: Argon2Passwords) -> None:
    password_hash = passwords.hash(PASSWORD)

    assert passwords.matches(PASSWORD, password_hash)
    assert not passwords.matches(PASSWORD + " ", password_hash)


def test_a_hash_is_argon2id_with_the_cost_of_rfc_9106(passwords: Argon2Passwords) -> None:
    parameters = extract_parameters(passwords.hash(PASSWORD))

    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (65536, 3, 4)


def test_the_same_password_gives_another_hash_each_time(passwords: Argon2Passwords) -> None:
    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


def test_full_width_letters_are_the_same_password(passwords: Argon2Passwords) -> None:
    assert passwords.matches("window２０２６", passwords.hash("window2026"))


def test_a_lone_surrogate_is_a_wrong_password(passwords: Argon2Passwords) -> None:
    assert not passwords.matches("\ud800", passwords.hash(PASSWORD))


def test_what_is_no_hash_is_an_error_and_not_a_wrong_password(passwords: Argon2Passwords) -> None:
    with pytest.raises(InvalidHashError):
        passwords.matches(PASSWORD, "plain text")
