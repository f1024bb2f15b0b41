"""What Microsoft's JSON schemas ask of the kinds of file that the project holds.

Retold from developer.microsoft.com/json-schemas/fabric, as far as the project uses them: a
property that is not named here is refused, so that a new one is looked up there first.
"""

from __future__ import annotations

from typing import Any

Rule = dict[str, Any]

TEXT: Rule = {"type": "string", "minLength": 1}
NUMBER: Rule = {"type": "number"}
FLAG: Rule = {"type": "boolean"}
NAME: Rule = {**TEXT, "maxLength": 50}


def one_of(*values: str) -> Rule:
    return {"enum": list(values)}


def matching(pattern: str) -> Rule:
    return {"type": "string", "pattern": pattern}


def shape(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    """Return the rule of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def many(rule: Rule, least: int = 0) -> Rule:
    return {"type": "array", "items": rule, "minItems": least}


PATH = matching(r"^[^\\:]+$")  # relative, parted by /
VERSION = matching(r"^[0-9]+\.[0-9]+\.[0-9]+$")
ENTITY = shape({"SourceRef": shape({"Entity": TEXT})})
ALIAS = shape({"SourceRef": shape({"Source": TEXT})})


def field(source: Rule) -> Rule:
    """Return the rule of a column or measure: exactly one of them."""
    named = shape({"Expression": source, "Property": TEXT})
    return {"oneOf": [shape({"Column": named}), shape({"Measure": named})]}


# TimeUnit counts from days to decades, and from seconds to hours.
_NOW = shape(
    {
        "DateSpan": shape(
            {
                "Expression": shape({"Now": shape({})}),
                "TimeUnit": {"type": "integer", "minimum": 0, "maximum": 7},
            }
        )
    }
)
_BETWEEN = shape({"Expression": field(ALIAS), "LowerBound": _NOW, "UpperBound": _NOW})
_FILTER = shape(
    {
        "From": many(shape({"Name": TEXT, "Entity": TEXT, "Type": {"enum": [0]}}), 1),
        "Where": many(shape({"Condition": shape({"Between": _BETWEEN})}), 1),
    },
    {"Version": {"const": 2}},
)
_FILTERS = shape(
    {},
    {
        "filters": many(
            shape(
                {"name": TEXT},
                {"field": field(ENTITY), "type": one_of("RelativeDate"), "filter": _FILTER},
            )
        )
    },
)
_PROJECTION = shape(
    {"field": field(ENTITY), "queryRef": TEXT},
    {"nativeQueryRef": TEXT, "displayName": TEXT, "active": FLAG},
)
_SORT = shape(
    {},
    {
        "sort": many(
            shape({"field": field(ENTITY), "direction": one_of("Ascending", "Descending")})
        ),
        "isDefaultSort": FLAG,
    },
)
_QUERY_STATE = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": shape({"projections": many(_PROJECTION, 1)}),
}
_VISUAL = shape(
    {
        "visualType": one_of(
            "cardVisual", "clusteredColumnChart", "barChart", "lineChart", "tableEx"
        )
    },
    {
        "query": shape({"queryState": _QUERY_STATE}, {"sortDefinition": _SORT}),
        "drillFilterOtherVisuals": FLAG,
    },
)
_POSITION = shape(
    {"x": NUMBER, "y": NUMBER, "width": NUMBER, "height": NUMBER}, {"z": NUMBER, "tabOrder": NUMBER}
)
_THEME = shape(
    {
        "name": TEXT,
        "reportVersionAtImport": shape({"visual": VERSION, "page": VERSION, "report": VERSION}),
        "type": one_of("RegisteredResources", "SharedResources"),
    }
)
_PLATFORM = {
    "metadata": shape({"type": one_of("Report", "SemanticModel"), "displayName": TEXT}),
    "config": shape(
        {"version": TEXT, "logicalId": matching(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")}
    ),
}

#: Kind of file, as its $schema names it -> the rule of all but $schema.
RULES: dict[str, Rule] = {
    "pbip/pbipProperties/1.0.0": shape(
        {
            "version": TEXT,
            "artifacts": many(shape({"report": shape({"path": PATH})}), 1),
        },
        {"settings": shape({}, {"enableAutoRecovery": FLAG})},
    ),
    "gitIntegration/platformProperties/2.0.0": shape(_PLATFORM),
    "item/semanticModel/definitionProperties/1.0.0": shape(
        {"version": TEXT}, {"settings": shape({}, {"qnaEnabled": FLAG})}
    ),
    "item/report/definitionProperties/2.0.0": shape(
        {"version": TEXT, "datasetReference": shape({"byPath": shape({"path": PATH})})}
    ),
    "item/report/definition/versionMetadata/1.0.0": shape(
        {"version": matching(r"^[1-9][0-9]*\.(0|[1-9][0-9]*)\.0$")}
    ),
    "item/report/definition/report/3.0.0": shape(
        {"themeCollection": shape({}, {"baseTheme": _THEME, "customTheme": _THEME})},
        {
            "settings": shape(
                {},
                {"useStylableVisualContainerHeader": FLAG, "defaultDrillFilterOtherVisuals": FLAG},
            )
        },
    ),
    "item/report/definition/pagesMetadata/1.0.0": shape(
        {}, {"pageOrder": many(TEXT), "activePageName": TEXT}
    ),
    "item/report/definition/page/2.0.0": shape(
        {
            "name": NAME,
            "displayName": TEXT,
            "displayOption": one_of("FitToPage", "FitToWidth", "ActualSize"),
            "height": NUMBER,
            "width": NUMBER,
        },
        {"filterConfig": _FILTERS},
    ),
    "item/report/definition/visualContainer/2.0.0": shape(
        {"name": NAME, "position": _POSITION, "visual": _VISUAL}, {"filterConfig": _FILTERS}
    ),
}
