"""What the tables are held to, cell against cell: keys, and what the method asks.

In: typed rows with the numbers that they have in their file. Out: findings.
`keys` holds ids that are given once and that name a row, `method` what a coder is bound to: spans inside their source,
short quotes, acts, evidence, the time of an occasion, who belongs to whom, `characters` that cells hold nothing hidden,
alike, run or followed; `shared` holds what comes from packages of others to what was taken.
"""
