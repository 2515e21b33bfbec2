"""The pipeline: from a provider's page of YAML to a typed client package.

Read the modules in the order in which a document passes through them:

    pages          a provider's page to its YAML block
    vendoring      from the providers' pages to specs/
    document       strict YAML to plain data
    mintlify       the one dialect that is not OpenAPI, to OpenAPI 3.1, by way of:
        dialect    which pages of it can be rebuilt, as data
    query          RFC 9535 JSONPath
    overlay        the Overlay Specification 1.1.0, to the letter
    corrections    our overlays, checked by a stricter rule than the specification's
    normalisation  what is decided for all providers alike
    pruning        only what an operation of ours reaches
    validation     what a document must satisfy before a client is made from it, by way of:
        structure  parts that are not valid OpenAPI
        allowlist  what our templates support, as data
        shapes     parts that the allowlist does not list
        marks      our own marks that have no effect
        routes     operations whose path, parameters and responses do not match
        losses     what a client could not send or read as described
        examples   examples and defaults that do not match their schemas
        cuts       a document without its invalid parts, so that all problems come at once
    client         the only package that knows the generator
    tree           folders compared, and replaced all at once or not at all
    pipeline       the stages in order, for every provider

`walk` yields every part of a document with its kind and place, `schemas` resolves references and unions, and `forms`
checks data against a JSON Schema.
`changes` reports what an edit of the inputs changes for people who import a client. `fields` writes the tables of the
README and docs/fields.md. `providers` reads the list of providers, `release` the version, `toolchain` the pinned tools,
by way of `settings`. `errors` defines every error, and `__main__` is the command line.
"""
