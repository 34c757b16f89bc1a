"""Commands: what a person types, and what they are told.

In: arguments. Out: messages, findings and exit codes.
`cli` has the commands, `new` begins a project and adds sources, `passage` makes one passage, `review` is what `check`
looks at, `preview` and `server` the page that renews itself, `workbench` the page in which one codes.
"""
