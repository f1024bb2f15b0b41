"""Evaluate the expressions of a workflow, as far as ours use them.

Only what our files need: names with dots, text, numbers, ``&& || ! == !=`` and calls.
Like GitHub's, ``a && b`` gives one of its operands. A name nobody supplied is a
KeyError here, where GitHub would quietly give nothing.
"""

import re
from collections.abc import Callable, Mapping

Value = str | bool | int
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<call>[A-Za-z]\w*)\(|"
    r"(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>&&|\|\||==|!=|!|[(),]))\s*"
)
SIGNS = {"&&": " and ", "||": " or ", "!": " not "}
LITERALS = {"true": "True", "false": "False", "null": "''"}


def evaluate(
    expression: str,
    contexts: Mapping[str, Value],
    functions: Mapping[str, Callable[..., Value]],
) -> Value:
    """Return the value of an expression, without the ``${{ }}`` around it."""
    python, end = "", 0
    for token in re.finditer(TOKEN, expression):
        assert token.start() == end, f"cannot read {expression[end:]!r}"
        end = token.end()
        python += _translate(token)
    assert end == len(expression), f"cannot read {expression[end:]!r}"
    scope = {"contexts": contexts, "functions": {"format": _format, **functions}}
    result: Value = eval(python, {"__builtins__": {}}, scope)
    return result


def fill(
    text: Value,
    contexts: Mapping[str, Value],
    functions: Mapping[str, Callable[..., Value]],
) -> str:
    """Return a text with every ``${{ expression }}`` replaced by its value."""
    return re.sub(
        r"\$\{\{(.*?)\}\}",
        lambda found: show(evaluate(found[1].strip(), contexts, functions)),
        show(text),
        flags=re.DOTALL,
    )


def show(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _translate(token: re.Match[str]) -> str:
    if token["text"] is not None:
        return repr(token["text"][1:-1].replace("''", "'"))
    if token["call"]:
        return f"functions[{token['call']!r}]("
    if token["name"]:
        return LITERALS.get(token["name"], f"contexts[{token['name']!r}]")
    return token["number"] or SIGNS.get(token["sign"], token["sign"])


def _format(template: str, *values: Value) -> str:
    return template.format(*map(show, values))
