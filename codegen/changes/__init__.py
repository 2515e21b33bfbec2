"""What changed between two editions of the inputs, for people who import the clients or the facade.

Read the modules in the order in which a report is made:

    revision     the inputs as they stand at a git revision
    edition      a provider's document in one edition, and what people see of its client
    change       one change and its verdict
    views        which fields of a view are read from what, and which properties none is read from
    differences  how two clients, or two Python packages, differ
    overruled    what a provider says now, and its overlay keeps out of the document
    comparison   all of it, for every provider
    report       what was found, as text, JSON and Markdown
"""

from codegen.changes.comparison import compare_with
from codegen.changes.report import FORMS, Report
from codegen.changes.views import read_fields, unused_properties

__all__ = ["FORMS", "Report", "compare_with", "read_fields", "unused_properties"]
