"""Networks of any size: lines where they can be read, else a matrix, and what is left out is said."""

from random import Random

from briefing.discourse import networks, positions, statements


class Controversy:
    """Invented statements of many: each actor has a side, each side its view of a concept, and now and then an actor
    has another one, or both."""

    def __init__(self, people, number, subjects, sides=2, seed=1, name="Actor", wavering=()):
        random = Random(seed)
        self.descriptor, self.root = {}, None
        views = [[random.random() < 0.5 for _ in range(subjects)] for _ in range(sides)]
        for at in range(subjects):
            views[at % sides][at] = not views[(at + 1) % sides][at]
        rows = []
        for n in range(number):
            a, c = n % people if n < people else random.randrange(people), random.randrange(subjects)
            agree = views[a % sides][c] if random.random() < 0.93 else not views[a % sides][c]
            rows.append((a, c, "mixed" if a in wavering else "agree" if agree else "disagree"))
        self.rows = {
            "actors": [{"id": f"a{n:03}", "label": f"{name} {n}", "member_of": None} for n in range(people)],
            "concepts": [{"id": f"c{n:02}", "label": f"Concept {n}"} for n in range(subjects)],
            "sources": [{"id": "paper", "publisher": "The Paper", "date": None}],
            "passages": [{"id": f"p{n}", "source": "paper", "start": n, "end": n + 1} for n in range(number)],
            "statements": [{"actor": f"a{a:03}", "concept": f"c{c:02}", "agreement": agreement, "mode": "said", "act": None,
                            "passage": f"p{n}", "coder": "one"} for n, (a, c, agreement) in enumerate(rows)],
            "events": []}

    def row(self, table, id):
        return next(row for row in self.rows[table] if row["id"] == id)

    def network(self, k=2):
        return positions.network(self, positions.stands(self), k)

    def by_rule(self, change=lambda ties: ties, k=None, **rule):
        return positions.network(self, change(networks.network(statements.counted(self), networks.Rule(**rule))), k)


SIXTY = Controversy(60, 600, 25)
