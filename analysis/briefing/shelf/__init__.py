"""The shelf: many briefings of one desk, kept, corrected and read together.

In: a folder with projects below it. Out: one page and one feed of all editions; facts that are kept once.
`sharing` takes facts of a package into projects, renews them there and tells what that moves, `reading` takes from an
edition what a shelf shows of it, `index` writes the page and the feed of all editions.
"""
