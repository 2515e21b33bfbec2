"""The pipeline: from a provider's page of YAML to a typed client package.

Read the modules in the order in which a document passes through them:

    document    strict YAML to plain data
    mintlify    the one dialect that is not OpenAPI, to OpenAPI 3.1
    query       RFC 9535 JSONPath, to the letter
    overlay     the Overlay Specification 1.1.0, to the letter
    corrections our overlays, held to a stricter rule than the specification's
    validation  what a document must be before a client is made of it
    client      the only module that knows the generator
    tree        folders compared, and replaced all at once or not at all
    pipeline    the stages in their order, for every provider

`providers` reads the list of providers, `errors` holds every error, and `__main__` is the command line.
"""
