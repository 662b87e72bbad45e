"""The difference of two versions of a contract, as those feel it who were written against the older one.

    OLD, NEW  ──►  Source  ──►  of_openapi, of_asyncapi  ──►  Change  ──►  a table or JSON
                                      └──►  of_schemas (one walk for every schema, whoever sends the value)

What the service takes may only widen, what it gives may only narrow; all else breaks somebody. No library was found
that does this for both kinds of contract: oasdiff is a Go program, the Python ones are young, and none reads AsyncAPI.
"""
