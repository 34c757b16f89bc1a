"""Camps: who stands together, found in a network, who stands with nobody, and an order in which neighbours are alike.

Communities are those that networkx finds in the positive ties (Louvain: Blondel, V. D. et al. (2008), "Fast unfolding
of communities in large networks", J. Stat. Mech. P10008). Ties of conflict then count too: camps are merged while that
raises the modularity of signed networks (Gómez, S., Jensen, P. and Arenas, A. (2009), "Analysis of community structure
in networks of correlated data", Phys. Rev. E 80, 016114), and further down to a given number of camps; then each actor
goes where its ties pull it most. Nothing depends on the order of rows: actors come in the order of their ids, and
the seed is fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..facts import recording
from ..findings import BriefingError, shown
from .networks import CONFLICT, DiscourseNetwork

if TYPE_CHECKING:
    import numpy

SEED = 0
DIGITS = 9  # what is the same but for the last digits of a computer's sums is the same


@dataclass(frozen=True)
class Camps:
    """`camp` by actor, from 0: the largest first, then the one with the first id in the alphabet. `undecided`: actors
    with ties and no camp, in order. Actors without ties are in neither. `modularity`, -1 to 1, as `signed_modularity`
    has it, with every undecided actor on its own; None where there are no ties."""

    camp: dict[str, int]
    undecided: tuple[str, ...]
    modularity: float | None

    @property
    def number(self) -> int:
        """How many camps there are."""
        return len(set(self.camp.values()))


def camps(ties: DiscourseNetwork, k: int | None = None) -> Camps:
    """The camps of a one-mode network, best one by `subtract`; at most `k` of them, or as many as modularity has.

    An actor's pull to a camp is the sum of its ties to the others there. It is undecided where no camp pulls it more
    than all others, where even its own pulls it away (below 0), or where all its ties cancel out, as those of one with
    both stands do. The undecided pull nobody. Two who stand together between the camps hold each other in one: which,
    the order of ids decides. Raises BriefingError for a two-mode or a conflict network, and for a `k` below 1.
    """
    if ties.rule.two_mode or ties.rule.aggregation == CONFLICT:
        raise BriefingError("camps: found a network of two modes or of conflict, expected one of who stands together. "
                            "Take aggregation subtract.")
    if k is not None and k < 1:
        raise BriefingError(f"camps, k: found {shown(k)}, expected a whole number from 1. Take 2, or none.")
    pairs = [*((tie.a, tie.b) for tie in ties.ties), *ties.cancelled]
    actors = sorted({end for pair in pairs for end in pair})
    if not actors:
        return Camps({}, (), None)
    weights = _matrix(ties, actors)
    side = _pulled(weights, _merged(weights, _communities(weights), k))
    undecided = _undecided(weights, side)
    members: dict[int, list[int]] = {}
    for actor, camp in enumerate(side):
        if actor not in undecided:
            members.setdefault(camp, []).append(actor)
    ranked = sorted(members.values(), key=lambda group: (-len(group), group[0]))
    camp_of = {actor: number for number, group in enumerate(ranked) for actor in group}
    groups = [camp_of.get(actor, len(ranked) + actor) for actor in range(len(actors))]
    return Camps({actors[at]: camp_of[at] for at in sorted(camp_of)}, tuple(actors[at] for at in sorted(undecided)),
                 signed_modularity(weights, groups))


def signed_modularity(weights: numpy.ndarray, groups: Sequence[int]) -> float | None:
    """Modularity of a symmetric matrix of weights, positive and negative, by group; None where all are 0.

    Gómez, Jensen and Arenas (2009): with w+ and w- half the sums of the positive and of the negative weights, and s+
    and s- the sums by row, the sum over pairs of one group of w - s+ s+ / 2w+ + s- s- / 2w-, over 2w+ + 2w-. Without
    negative weights that is Newman's modularity. Weight that agrees within groups and disagrees between them raises
    it; one group has 0, two camps at most 0.5.
    """
    import numpy

    total = float(numpy.abs(weights).sum())
    if not total:
        return None
    labels = numpy.array(groups)
    same = labels[:, None] == labels[None, :]
    return round(float((_excess(weights) * same).sum()) / total, DIGITS) + 0.0


def _excess(weights: numpy.ndarray) -> numpy.ndarray:
    """How much more each pair is tied than its sums would have it by chance."""
    import numpy

    expected = numpy.zeros(weights.shape)
    for sign in (1, -1):
        strength = (weights * sign).clip(min=0).sum(axis=1)
        if strength.sum():
            expected += sign * numpy.multiply.outer(strength, strength) / strength.sum()
    return weights - expected


def _matrix(ties: DiscourseNetwork, actors: Sequence[str]) -> numpy.ndarray:
    import numpy

    at = {actor: number for number, actor in enumerate(actors)}
    weights = numpy.zeros((len(actors), len(actors)))
    for tie in ties.ties:
        weights[at[tie.a], at[tie.b]] = weights[at[tie.b], at[tie.a]] = tie.weight
    return weights


def _communities(weights: numpy.ndarray) -> list[list[int]]:
    """The communities of the positive ties, by first member; who has none of those is one of its own."""
    import numpy

    with recording.paused():  # it looks through all variables while it loads, of which a kernel has none of its own
        import networkx

    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(range(len(weights)))
    for a, b in numpy.argwhere(numpy.triu(weights, 1) > 0).tolist():
        graph.add_edge(a, b, weight=float(weights[a, b]))
    return sorted(map(sorted, networkx.community.louvain_communities(graph, seed=SEED)))


def _merged(weights: numpy.ndarray, groups: list[list[int]], k: int | None) -> list[int]:
    """The group of each actor, after merging the pair that gains most, again and again: while there is gain, or while
    there are more than `k`."""
    import numpy

    member = numpy.zeros((len(groups), len(weights)))
    for number, group in enumerate(groups):
        member[number, group] = 1
    gain = member @ _excess(weights) @ member.T
    numpy.fill_diagonal(gain, -numpy.inf)
    groups = [list(group) for group in groups]
    while len(groups) > 1:
        a, b = divmod(int(gain.round(DIGITS).argmax()), len(groups))  # the first of equals, so a is before b
        if round(gain[a, b], DIGITS) <= 0 and (k is None or len(groups) <= k):
            break
        groups[a] += groups.pop(b)
        gain[a] += gain[b]
        gain[:, a] += gain[:, b]
        gain = numpy.delete(numpy.delete(gain, b, axis=0), b, axis=1)
    camp = {actor: number for number, group in enumerate(groups) for actor in group}
    return [camp[actor] for actor in range(len(weights))]


def _pulled(weights: numpy.ndarray, side: list[int]) -> list[int]:
    """The group of each actor, after each has gone where it is pulled most, in order, until none moves."""
    import numpy

    side = list(side)
    pulls = numpy.zeros((len(weights), max(side) + 1))
    for actor, camp in enumerate(side):
        pulls[:, camp] += weights[:, actor]
    moved = True
    while moved:  # each move raises the sum of the ties within groups, so this ends
        moved = False
        for actor, own in enumerate(side):
            best = int(pulls[actor].round(DIGITS).argmax())
            if round(pulls[actor, best] - pulls[actor, own], DIGITS) > 0:
                pulls[:, own] -= weights[:, actor]
                pulls[:, best] += weights[:, actor]
                side[actor], moved = best, True
    return side


def _undecided(weights: numpy.ndarray, side: Sequence[int]) -> set[int]:
    """Who belongs to no camp; the undecided pull nobody, so this goes on until nobody joins them."""
    import numpy

    undecided: set[int] = set()
    while True:
        decided = [actor for actor in range(len(side)) if actor not in undecided]
        pulls = {camp: numpy.zeros(len(side)) for camp in sorted({side[actor] for actor in decided})}
        for actor in decided:
            pulls[side[actor]] += weights[:, actor]
        new = {actor for actor in decided if not _belongs(actor, side[actor], pulls)}
        if not new:
            return undecided
        undecided |= new


def _belongs(actor: int, own: int, pulls: dict[int, numpy.ndarray]) -> bool:
    pull = round(float(pulls[own][actor]), DIGITS)
    rival = max((round(float(to[actor]), DIGITS) for camp, to in pulls.items() if camp != own), default=0.0)
    return pull > rival and pull >= 0


# --- order ----------------------------------------------------------------------

def seriated(ids: Sequence[str], alike: numpy.ndarray, strength: numpy.ndarray) -> list[str]:
    """Ids in an order in which neighbours are alike: the greedy edge heuristic for a path through all of them.

    `alike`: how much each two are, a symmetric matrix in the order of `ids`; `strength`: the row begins at the end of
    greater strength. The two that are most alike become neighbours, then the next two that may, until all stand in one
    row (Bentley, J. L. (1992), "Fast algorithms for geometric traveling salesman problems", ORSA J. Comput. 4,
    387-411). Ties are decided by the order of `ids`.
    """
    import numpy

    one, other = numpy.triu_indices(len(ids), 1)
    path = {n: [n] for n in range(len(ids))}  # by either end
    for pair in numpy.argsort(-alike[one, other].round(DIGITS), kind="stable").tolist():
        a, b = int(one[pair]), int(other[pair])
        if a not in path or b not in path or path[a] is path[b]:
            continue
        left, right = path.pop(a), path.pop(b)
        joined = (left if left[-1] == a else left[::-1]) + (right if right[0] == b else right[::-1])
        for inner in (left[0], left[-1], right[0], right[-1]):
            path.pop(inner, None)
        path[joined[0]] = path[joined[-1]] = joined
    found = next(iter(path.values()), [])
    ends = [found[:len(found) // 2], found[-(len(found) // 2):]] if len(found) > 1 else [[0], [0]]
    first, last = ((round(float(strength[end].sum()), DIGITS), -min(end)) if len(found) else (0.0, 0) for end in ends)
    return [ids[n] for n in (found if first >= last else found[::-1])]
