"""The demo staff (演示人员) of the sandbox, one for every kind of desk work. All are made up.

The applicants of the sandbox are the WeChat's people, in `wechat/people.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

# Printed on the terminal of `make run`; nobody but the sandbox loads it.
DEMO_PASSWORD = "yanshi-2026-qiyuan"  # noqa: S105 - for made-up people on a laptop


@dataclass(frozen=True)
class DemoStaff:
    """One made-up member of staff: what they sign in with, their role, and an officer's department."""

    username: str
    name: str
    role: str
    title: str
    department: str | None = None


DEMO_STAFF = (
    DemoStaff("chuangkou1",  "宋晚晴", "clerk",         "窗口人员"),
    DemoStaff("chuangkou2",  "何知远", "clerk",         "窗口人员"),
    DemoStaff("zhuguan",     "沈若溪", "supervisor",    "窗口主管"),
    DemoStaff("renshe",      "罗砚秋", "officer",       "区人社局",               "social_security"),
    DemoStaff("yibao",       "谭听荷", "officer",       "区医保局",               "medical_insurance"),
    DemoStaff("weijian",     "邓云舟", "officer",       "区卫健局",               "health"),
    DemoStaff("gongjijin",   "彭予安", "officer",       "公积金屈原管理部",       "housing_fund"),
    DemoStaff("ducha",       "易明澈", "oversight",     "督查",                   ),
    DemoStaff("guanliyuan",  "文书意", "administrator", "管理员",                 ),
)  # fmt: skip
