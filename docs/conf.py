"""How Sphinx builds the site from the texts in place, so that each link works here and there."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments.lexers.shell import BashLexer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python._object import PyObject
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).parents[1]

project = "browser-sessions"
release = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]

root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "facade/README.md", "generated/*/README.md"]
exclude_patterns = [".*", "README.md", "docs/_templates", "site"]  # docs/index.md says what the README does
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "sphinx_copybutton"]
myst_heading_anchors = 3  # so that a link to a heading works, as it does on GitHub

# Backticks in a docstring are code, and a link if they name something that is described here.
default_role = "py:obj"
nitpicky = True
nitpick_ignore_regex = [
    (r"py:obj", r"(?s).*"),  # it may be an argument, a value or a command
    (r"py:(class|exc)", r"(collections|datetime|decimal|httpx|os|ssl)\..*"),  # linking to them would need the network
    (r"py:class", r'"\w+"|(.*\.)?T'),  # a literal; a type variable
    (
        r"py:class",
        r"datetime|timedelta|LedgerEntry|Operation|Path|Raw|Ref|Seconds",
    ),  # in annotations: the standard library's names, and short ones of ours
]

autodoc_member_order = "bysource"
napoleon_use_ivar = True
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"
maximum_signature_line_length = 80

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "browser-sessions"
if "GITHUB_REPOSITORY" in os.environ:  # as in the workflow: each page links to its source, and so to the repository
    html_theme_options = {
        "source_repository": f"{os.environ['GITHUB_SERVER_URL']}/{os.environ['GITHUB_REPOSITORY']}/",
        "source_branch": "main",
        "source_directory": "",
    }
html_additional_pages = {"index": "start.html"}  # opening the folder leads to docs/index.html
templates_path = ["_templates"]
smartquotes = False  # they would turn quotes and `--` of commands into what no shell accepts
html_use_index = html_domain_indices = False  # no page links to them, and the search finds more
TO_BE_COPIED = ("python", "console", "sh")  # not output
copybutton_selector = ", ".join(f"div.highlight-{kind} pre" for kind in TO_BE_COPIED)
html_copy_source = False
html_show_copyright = False


class Links(SphinxTransform):
    """Turns links of texts in the repository into links of the site."""

    default_priority = 500

    def apply(self, **_: Any) -> None:
        """Point links at the README of a folder, and remove those without a page or a README."""
        folder = ROOT.joinpath(self.env.docname).parent
        for link in list(self.document.findall(addnodes.pending_xref)):
            # Otherwise a short name is looked up in every module, those of other packages included.
            link.attributes.pop("refspecific", None)
            path = folder / str(link["reftarget"])
            if link["reftype"] == "myst" and path.is_dir():
                readme = self.env.path2doc(str(path.resolve() / "README.md"))
                if readme in self.env.project.docnames:
                    link.attributes |= {"refdomain": "doc", "reftarget": readme, "reftargetid": None}
                else:
                    link.replace_self(link.children)
        for file in list(self.document.findall(addnodes.download_reference)):
            target = str(file["reftarget"])
            # A picture that is too small on a telephone links to itself, as copied by `copy_pictures`.
            is_picture = target.endswith(".svg")
            file.replace_self(nodes.reference("", "", *file.children, refuri=target) if is_picture else file.children)


def find_public_name(
    app: Sphinx, env: BuildEnvironment, link: addnodes.pending_xref, content: nodes.TextElement
) -> nodes.Element | None:
    """Resolve a name in a docstring or an annotation that its module has imported."""
    if link.get("refdomain") != "py":
        return None
    package = str(link.get("py:module") or "browser_sessions").partition(".")[0]
    for module in (package, f"{package}.errors", f"{package}.types", ""):
        link["py:module"] = module
        name = link["reftarget"] if module else str(link["reftarget"]).rpartition(".")[2]
        kind = link["reftype"]
        found = env.domains.python_domain.resolve_xref(env, link["refdoc"], app.builder, kind, name, link, content)
        if found is not None:
            return found
    return None


def copy_pictures(app: Sphinx, error: Exception | None) -> None:
    """Copy the files of `<picture>` elements, whose HTML Sphinx does not process."""
    for path in () if error else (ROOT / "docs").rglob("*.svg"):
        copied = Path(app.outdir, path.relative_to(ROOT))
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copied)


def setup(app: Sphinx) -> None:
    """Add the parts that are special to this site."""
    app.add_transform(Links)
    app.connect("missing-reference", find_public_name)
    app.connect("build-finished", copy_pictures)
    app.add_lexer("console", BashLexer)  # without prompts, Pygments would take commands for output
    for field in PyObject.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"  # as in the docstrings
