"""Every lie is explained to a reader, with an example that can be armed, and is tested."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest

from mock_idp.artefacts import Seam
from mock_idp.deviations import Nth, from_json, to_json
from mock_idp.deviations.verbs import Verb
from tests.house.inventory import ROOT

LIES: dict[str, type[Any]] = {verb.__name__: verb for verb in (*get_args(Verb), Nth)}
PAGE = (ROOT / "docs" / "deviations.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)]


def test_there_are_lies_to_look_at() -> None:
    """The rules below cannot pass on nothing."""
    assert len(LIES) >= 15


@pytest.mark.parametrize("name", sorted(LIES))
def test_every_lie_has_a_heading(name: str) -> None:
    """The page has a heading with the verb and its kind on the wire."""
    assert f"### {name}, `{LIES[name].kind}`" in PAGE


def test_every_lie_has_an_example_and_every_example_can_be_armed() -> None:
    """What the page shows is read by the code, and written back as it stands there."""
    made = [from_json(example) for example in EXAMPLES]

    assert EXAMPLES == [to_json(deviation) for deviation in made]
    assert set(LIES) == {type(deviation).__name__ for deviation in made}


@pytest.mark.parametrize("seam", Seam)
def test_every_seam_is_named(seam: Seam) -> None:
    """The page says where each lie can be told."""
    assert f"`{seam}`" in PAGE


@pytest.mark.parametrize("name", sorted(LIES))
def test_every_lie_is_tested(name: str) -> None:
    """Some test of the mock provider names the verb."""
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "mock_idp").rglob("test_*.py")]

    assert any(re.search(rf"\b{name}\b", text) for text in tests)
