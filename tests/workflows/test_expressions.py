"""The tests of the workflows are worth no more than their reading of expressions."""

import pytest

from tests.workflows.expressions import evaluate, fill


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'it''s'", "it's"),
        ("a.b && 'yes' || 'no'", "yes"),
        ("a.c && 'yes' || 'no'", "no"),
        ("a.b == 'x' && (a.c != '' || !a.c)", True),
        ("format('--{0} {1}', a.b, true)", "--x true"),
        ("hashFiles('.spool/**') != a.c", True),
    ],
)
def test_value_of_expression(expression: str, value: str | bool) -> None:
    found = evaluate(expression, {"a.b": "x", "a.c": ""}, {"hashFiles": lambda _: "0f"})
    assert found == value


def test_text_is_filled_in() -> None:
    assert fill("${{ a.b }}-${{ true }}!", {"a.b": "x"}, {}) == "x-true!"


def test_unknown_name_is_an_error() -> None:
    with pytest.raises(KeyError):
        evaluate("secrets.MISSPELT", {}, {})


def test_unreadable_expression_is_an_error() -> None:
    with pytest.raises(AssertionError):
        evaluate("a ~ b", {"a": "", "b": ""}, {})
