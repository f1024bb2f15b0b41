from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from everheard.names import fold_edition, fold_name, read_guests


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beyoncé", "BEYONCE"),
        ("Sigur Rós", "sigur  ros "),
        ("Ｐｅｒｆｕｍｅ", "perfume"),
        ("Straße", "STRASSE"),
        ("Żółć", "żółć"),
        ("Άσπρο", "ασπρο"),
        ("Ёлка", "елка"),
        ("a\u3000b", "a b"),
        ("İstanbul", "istanbul"),
        ("ﬁne", "fine"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("はは", "ばば"),
        ("Song", "Song!"),
        ("Song (Live)", "Song Live"),
        ("שֹ", "ש"),
        ("Intro", "Intros"),
        ("가", "각"),
    ],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_no_name_folds_to_nothing() -> None:
    assert fold_name(None) == fold_name("") == fold_name(" \t\u3000") == ""


@given(st.text())
def test_composed_and_decomposed_spellings_meet(name: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert fold_name(composed) == fold_name(decomposed)


@given(st.text(st.characters(max_codepoint=0x24F)))
def test_folding_a_folded_latin_name_changes_nothing(name: str) -> None:
    assert fold_name(fold_name(name)) == fold_name(name)


@given(st.text())
def test_folded_names_carry_no_outer_or_double_spaces(name: str) -> None:
    folded = fold_name(name)
    assert folded == " ".join(folded.split())


@given(st.text())
def test_folded_names_fit_into_an_index(name: str) -> None:
    assert len(fold_name(name * 200)) <= 300


@pytest.mark.parametrize(
    ("title", "guests"),
    [
        ("Song (feat. Guest)", ["Guest"]),
        ("Song [ft. One & Two]", ["One", "Two"]),
        ("Song feat. One, Two and Three - Remix", ["One", "Two", "Three"]),
        ("Song (featuring Tyler, The Creator)", ["Tyler, The Creator"]),
        ("Song (with You)", []),
        ("Featherweight", []),
        ("A Defeat", []),
    ],
)
def test_guests_are_read_from_a_title(title: str, guests: list[str]) -> None:
    assert read_guests(title) == guests


@pytest.mark.parametrize(
    ("title", "edition"),
    [
        ("Blue Harbour (Deluxe Edition)", "blue harbour"),
        ("Blue Harbour [Expanded] (2011 Remaster)", "blue harbour"),
        ("Blue Harbour - Remastered", "blue harbour"),
        ("Blue Harbour (Live)", "blue harbour (live)"),
        ("Deluxe", "deluxe"),
        ("(Special Edition)", "(special edition)"),
    ],
)
def test_editions_of_one_title_meet(title: str, edition: str) -> None:
    assert fold_edition(title) == edition
