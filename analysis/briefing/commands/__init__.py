"""Commands: what a person types, and what they are told.

In: arguments. Out: messages, findings and exit codes.
`cli` has the commands, `review` what `check` looks at, `preview` and `server` the page that renews itself, `workbench`
the page in which one codes: `coding` is what it shows and saves, `sight` who sees what, `offers` what it proposes.
"""
