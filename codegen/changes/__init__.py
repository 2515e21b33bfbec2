"""What changed between two editions of the inputs, for people who import the clients or the facade.

Read the modules in the order in which a report is made:

    revision    the inputs as they stand at a git revision
    editions    a provider's document in one edition, as far as it can be had
    verdicts    every kind of change, and whether it breaks something: the one table of decisions
    variants    how two types differ
    classes     how the models and enums of two clients differ
    operations  how their operations, addresses and keys differ
    collisions  what an overlay adds, and the provider now says itself
    overruled   what a provider says now, and its overlay keeps out of the document
    wording     what differs in two documents and makes no difference to a client
    packages    how the generated code differs, and the Python API of two packages
    reach       which fields of a view are read from what changed, and which properties are read by none
    comparison  all of it, for every provider
    report      what was found, as text, JSON and Markdown
"""

from codegen.changes.comparison import compare_with
from codegen.changes.reach import read_fields, unused_properties
from codegen.changes.report import FORMS, Report

__all__ = ["FORMS", "Report", "compare_with", "read_fields", "unused_properties"]
