from __future__ import annotations

import pytest

from everheard.failure import ConfigurationError
from everheard.zones import (
    describe_unknown_zone,
    is_same_zone,
    is_zone,
    list_zone_names,
    open_zone,
)


@pytest.mark.parametrize("name", ["Europe/Berlin", "Europe/Kiev", "UTC", "Asia/Calcutta"])
def test_iana_names_old_and_new_are_zones(name: str) -> None:
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["", "CEST", "Europe", "localtime", "posix/Europe/Berlin", "right/UTC", "../../x"]
)
def test_what_means_another_zone_elsewhere_is_none(name: str) -> None:
    assert not is_zone(name)


def test_given_name_comes_first_and_ianas_second() -> None:
    assert list_zone_names("Europe/Kiev")[:2] == ["Europe/Kiev", "Europe/Kyiv"]
    assert list_zone_names("Europe/Kyiv")[0] == "Europe/Kyiv"
    assert "Europe/Kiev" in list_zone_names("Europe/Kyiv"), "an older database knows that one"
    assert list_zone_names("Mars/Olympus") == list_zone_names(None) == []


def test_renamed_zone_is_the_same() -> None:
    assert is_same_zone("Asia/Calcutta", "Asia/Kolkata")
    assert not is_same_zone("Europe/Berlin", "Europe/Kyiv")


def test_misspelt_zone_is_told_the_nearest() -> None:
    assert "did you mean Europe/Berlin?" in describe_unknown_zone("europe/berln")
    assert "like Europe/Berlin" in describe_unknown_zone("Q")


def test_zone_that_no_name_opens_has_a_cure() -> None:
    assert open_zone("Europe/Kiev").key == "Europe/Kiev"
    with pytest.raises(ConfigurationError, match="listener --timezone"):
        open_zone("Mars/Olympus")
