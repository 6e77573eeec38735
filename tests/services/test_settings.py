"""What the service takes from its environment, and what it refuses to start with."""

from __future__ import annotations

import re

import pytest

from backend.sandbox.secrets import make_secrets
from backend.settings import CHECKOUT, SANDBOX_MARKER, Settings, SettingsError

EXAMPLE = CHECKOUT / "config" / "settings.example.env"

PRODUCTION = {
    "TUIXIU_DATABASE_URL": "postgresql://tuixiu:a-real-password@10.0.0.5:5432/tuixiu",
    "TUIXIU_S3_ENDPOINT_URL": "http://10.0.0.6:8333",
    "TUIXIU_S3_PUBLIC_URL": "https://photos.tuixiu.example.gov.cn",
    "TUIXIU_S3_ACCESS_KEY": "an-access-key",
    "TUIXIU_S3_SECRET_KEY": "a-secret-key",
    "TUIXIU_PUBLIC_URL": "https://tuixiu.example.gov.cn",
    "TUIXIU_WECHAT_APP_ID": "wx0123456789abcdef",
    "TUIXIU_WECHAT_APP_SECRET": "an-app-secret",
    "TUIXIU_WECHAT_TOKEN": "a-token",
    "TUIXIU_WECHAT_ENCODING_AES_KEY": "A" * 43,
    "TUIXIU_SEALING_KEYS": "k2:" + "ab" * 16 + ",k1:" + "cd" * 16,
    "TUIXIU_INDEX_KEY": "ef" * 32,
    "TUIXIU_COOKIE_SECRET": "12" * 32,
}


def problems_of(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment(environ)
    return refusal.value.problems


def test_a_whole_production_environment_is_taken() -> None:
    settings = Settings.from_environment(PRODUCTION)

    assert settings.environment == "production"
    assert settings.sealing_keys == (("k2", b"\xab" * 16), ("k1", b"\xcd" * 16))
    assert settings.wechat_api_url == "https://api.weixin.qq.com"
    assert settings.lease_minutes == 15


def test_an_empty_environment_is_told_every_missing_variable_at_once() -> None:
    told = "\n".join(problems_of({}))

    optional = {"TUIXIU_S3_PUBLIC_URL"}
    assert all(f"{name} is not set" in told for name in PRODUCTION.keys() - optional)


def test_an_empty_value_counts_as_not_set() -> None:
    [problem] = problems_of(PRODUCTION | {"TUIXIU_DATABASE_URL": " "})

    assert problem.startswith("TUIXIU_DATABASE_URL is not set")


def test_a_value_of_the_example_file_that_was_not_filled_in_is_refused() -> None:
    [problem] = problems_of(PRODUCTION | {"TUIXIU_WECHAT_TOKEN": "<…>"})

    assert problem.startswith("TUIXIU_WECHAT_TOKEN is not filled in")


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("TUIXIU_ENVIRONMENT",             "staging",                   "is 'staging'"),
        ("TUIXIU_DATABASE_URL",            "mysql://u:p@h/d",           "does not begin with postgresql://"),
        ("TUIXIU_S3_ENDPOINT_URL",         "10.0.0.6:8333",             "not a URL"),
        ("TUIXIU_WECHAT_ENCODING_AES_KEY", "short",                     "is not 43 letters and digits"),
        ("TUIXIU_SEALING_KEYS",            "k1:abcd",                   "malformed key at place 1"),
        ("TUIXIU_SEALING_KEYS",            f"k1:{'a' * 32},k1:{'b' * 32}", "names a key id twice"),
        ("TUIXIU_INDEX_KEY",               "ab" * 16,                   "has 16 bytes"),
        ("TUIXIU_INDEX_KEY",               "no hexadecimal",            "is not hexadecimal"),
        ("TUIXIU_COOKIE_SECRET",           "ab" * 31,                   "has 31 bytes"),
        ("TUIXIU_LEASE_MINUTES",           "0",                         "is '0'"),
        ("TUIXIU_LEASE_MINUTES",           "a quarter",                 "is 'a quarter'"),
        ("TUIXIU_MATERIAL_MIN_BYTES",      "30000000",                  "is not under TUIXIU_MATERIAL_MAX_BYTES"),
        ("TUIXIU_LOG_LEVEL",               "loud",                      "is 'LOUD'"),
    ],
)  # fmt: skip
def test_a_malformed_variable_is_named(name: str, value: str, what: str) -> None:
    [problem] = problems_of(PRODUCTION | {name: value})

    assert problem.startswith(name)
    assert what in problem


@pytest.mark.parametrize(
    "name",
    ["TUIXIU_PUBLIC_URL", "TUIXIU_S3_PUBLIC_URL", "TUIXIU_WECHAT_API_URL", "TUIXIU_WECHAT_AUTHORIZE_URL"],
)
def test_production_refuses_what_phones_reach_without_encryption(name: str) -> None:
    [problem] = problems_of(PRODUCTION | {name: "http://tuixiu.example.gov.cn"})

    assert problem.startswith(name)


def test_production_refuses_every_secret_that_the_sandbox_made() -> None:
    made = {name: value for name, value in make_secrets().items() if name.startswith("TUIXIU_")}
    made["TUIXIU_DATABASE_URL"] = f"postgresql://tuixiu:{make_secrets()['DATABASE_PASSWORD']}@10.0.0.5/tuixiu"

    told = "\n".join(problems_of(PRODUCTION | made))

    not_secret = {"TUIXIU_WECHAT_APP_ID"}
    assert all(f"{name} was made by the sandbox" in told for name in made.keys() - not_secret)


def test_the_sandbox_takes_the_secrets_that_it_made() -> None:
    made = {name: value for name, value in make_secrets().items() if name.startswith("TUIXIU_")}
    sandbox = {"TUIXIU_ENVIRONMENT": "sandbox", "TUIXIU_PUBLIC_URL": "http://127.0.0.1:8000"}

    assert Settings.from_environment(PRODUCTION | made | sandbox).is_sandbox


def test_production_refuses_the_sandbox_phone() -> None:
    [problem] = problems_of(PRODUCTION | {"TUIXIU_SANDBOX_WECHAT_PHONE_URL": "http://127.0.0.1:8001/"})

    assert problem.startswith("TUIXIU_SANDBOX_WECHAT_PHONE_URL")


def test_no_secret_is_in_the_repr() -> None:
    secret = ("a-real-password", "a-secret-key", "an-app-secret", "a-token", "A" * 43, "ab" * 16, r"\xab")

    shown = repr(Settings.from_environment(PRODUCTION))

    assert not any(text in shown for text in secret)


def test_a_refusal_never_repeats_a_secret() -> None:
    told = "\n".join(problems_of(PRODUCTION | {"TUIXIU_SEALING_KEYS": "k1:5ec2e7", "TUIXIU_INDEX_KEY": "5ec2e7"}))

    assert "5ec2e7" not in told


def test_the_example_file_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^#?\s?(TUIXIU_[A-Z0-9_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))

    assert named == {f"TUIXIU_{field.upper()}" for field in Settings.__dataclass_fields__}


def test_the_sandbox_marks_every_secret_that_it_makes() -> None:
    marks = (SANDBOX_MARKER, SANDBOX_MARKER.encode().hex(), "s1:" + SANDBOX_MARKER.encode().hex(), "wx")

    assert all(value.startswith(marks) for value in make_secrets().values())
