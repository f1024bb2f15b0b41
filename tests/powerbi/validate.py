"""Validate by Microsoft's JSON schemas, from the copies beside this: nobody is asked."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry
from referencing.jsonschema import DRAFT7

SCHEMAS_DIR = Path(__file__).parent / "schemas"
SITE = "https://developer.microsoft.com/json-schemas/"


def list_schemas() -> dict[str, Path]:
    """Return address -> file."""
    files = sorted(SCHEMAS_DIR.rglob("*.json"))
    return {SITE + path.relative_to(SCHEMAS_DIR).as_posix(): path for path in files}


def find_faults(content: dict[str, Any]) -> list[str]:
    """Return what the schema that a file names forbids it."""
    validator = Draft7Validator({"$ref": content["$schema"]}, registry=_read_schemas())
    return [error.message for error in validator.iter_errors(content)]


@cache
def _read_schemas() -> Registry:
    """Read the copies; some call themselves ``schema.embedded.json`` and others ``schema-…``."""
    resources = {
        address: DRAFT7.create_resource(json.loads(path.read_text(encoding="utf-8")))
        for address, path in list_schemas().items()
    }
    named = {resource.contents["$id"]: resource for resource in resources.values()}
    return Registry().with_resources({**resources, **named}.items())
