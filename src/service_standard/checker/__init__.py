"""The validator of the Service Standard: it says of any service, with evidence, what is and what is not so.

It is an island: of this project it imports `manifest` and `contract` only, and it speaks HTTP. So it judges a service
in any language by the standard, and never by the habits of our own runtime.

    service.yaml, contracts, --url, --logs, --events  ──►  Subject  ──►  run: each rule  ──►  Report  ──►  a format

How a rule is added:

1. Write its judge in the module of its subject in `rules/`: a function that takes the `Subject` and yields a `Finding`
   for each breach. What it needs it takes from the subject: `subject.manifest`, `subject.openapi`, `subject.asyncapi`,
   `subject.log`, `subject.events`, `subject.live`. Whatever of these is not there raises `NotJudged` by itself; a judge
   raises `NotJudged(reason)` where it lacks anything else.
2. Add a `Rule` to the tuple `RULES` at the end of that module; its id starts with that of its requirement. A new
   module's tuple is added to `rules/__init__.py`. Nothing registers itself.
3. Plant a service or a document that breaks just that rule in `tests/checker/`; a test fails for a rule without one.

A judge of a running service stands in `rules/live/`. `subject.walk` makes the calls that the contract allows, each to
be sent as it is or with one fact changed; `each` goes on where one operation cannot be judged. Other requests go by
`subject.live.send(...)`. All keep to the rate, the time limit and `--read-only`, and return an `Exchange`, whose
`finding("...")` has the curl line that shows it.
A request without an answer needs no care: `NoAnswer` becomes a finding of the rule that asked.
"""
