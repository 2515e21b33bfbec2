"""The pipeline: from a provider's page of YAML to a typed client package.

Read the modules in the order in which a document passes through them:

    pages          a provider's page to its YAML block
    vendoring      from the providers' pages to specs/
    document       strict YAML to plain data
    mintlify       the one dialect that is not OpenAPI, to OpenAPI 3.1, by way of:
        dialect    which pages of it can be rebuilt, as data
    query          RFC 9535 JSONPath
    overlay        the Overlay Specification 1.1.0, to the letter
    corrections    our overlays, held to a stricter rule than the specification's
    normalisation  what is decided for all providers alike
    pruning        only what an operation of ours reaches
    validation     what a document must be before a client is made of it, by way of:
        structure  what is not OpenAPI, or nested too deeply
        allowlist  what our templates serve, as data
        shapes     what is more than the allowlist
        marks      our own marks where they do nothing
        routes     operations whose path, parameters and responses do not go together
        losses     what a client could not send or read as it is described
        examples   examples and defaults that do not fit their schemas
        cuts       a document without its invalid parts, so that all problems come at once
    client         the only package that knows the generator
    tree           folders compared, and replaced all at once or not at all
    pipeline       the stages in their order, for every provider

`walk` yields every part of a document, with its kind and its place, and `schemas` says what a schema stands for.
`changes` says what an edit of the inputs does to people who import a client. `fields` writes what the README and docs/
say of the providers' fields. `providers` reads the list of providers, `errors` holds every error, and `__main__` is the
command line.
"""
