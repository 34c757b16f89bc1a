"""Commands: what a person types, and what they are told.

In: arguments. Out: messages, findings and exit codes.
`arguments` has the options of all commands, `cli` what each does; `new` begins a project and adds sources, `review` is
what `check` looks at, `preview` and `server` the page that renews itself, `workbench` the page in which one codes.
"""
