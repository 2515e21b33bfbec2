"""What changed between two revisions of the inputs, for people who import the clients or the facade.

Read the modules in the order in which a report is made:

    revision     the inputs as they are at a git revision
    differences  how two clients, or two Python packages, differ
    report       the differences, as text and as Markdown
    comparison   all of it, for every provider
"""

from codegen.changes.comparison import compare_with
from codegen.changes.report import FORMS, Report

__all__ = ["FORMS", "Report", "compare_with"]
