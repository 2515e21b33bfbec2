"""One change, and what it does to people who upgrade.

*Breaking*: code that worked with the older client may stop working, or read less, or be checked differently by a
type checker, or the older client itself may stop working. *Additive*: all that worked goes on working, and the
client has changed. *Cosmetic*: the client is the same but for its texts.
"""

from __future__ import annotations

import attrs

BREAKING, ADDITIVE, COSMETIC = "breaking", "additive", "cosmetic"

VERDICTS = (BREAKING, ADDITIVE, COSMETIC)


@attrs.frozen
class Change:
    """One change: its verdict, its kind such as `property-removed`, and where it is.

    `place` is a JSON Pointer into the document, of the older edition where something is gone. `name` is what people
    import or read. `view_fields` are the fields of a view that are read from what has changed.
    """

    verdict: str
    kind: str
    place: str
    name: str
    text: str
    view_fields: tuple[str, ...] = ()
