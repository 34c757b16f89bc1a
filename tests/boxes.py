"""Where texts and marks of drawings lie, as a browser lays them out with the typeface that the page carries."""

import html
import re
import textwrap

from briefing.execution.drawing import rules

MEASURE = """
return [...document.querySelectorAll("div.figure")].map((box) => {
    const svg = box.querySelector("svg"), page = svg.getBoundingClientRect();
    const of = (e) => { const r = e.getBoundingClientRect(); return [r.left - page.left, r.top - page.top, r.right - page.left, r.bottom - page.top]; };
    const texts = [...svg.querySelectorAll("text")].filter((e) => e.textContent.trim()).flatMap((e) =>
        e.querySelector("tspan") ? [...e.querySelectorAll("tspan")] : [e]).map((e) => [e.textContent, ...of(e)]);
    const marks = [...svg.querySelectorAll("[aria-label]")].filter((e) => e !== svg && e.tagName !== "g")
        .map((e) => [e.getAttribute("aria-label"), ...of(e)]);
    return {width: page.width, height: page.height, texts, marks};
});"""


def measured(show, path, drawings):
    """For each SVG its width, height, and the boxes of its texts and marks: [what, left, top, right, bottom], in px."""
    texts = "".join(sorted({*html.unescape("".join(re.findall(r">([^<>]+)<", "".join(drawings))))}))
    boxes = "".join(f'<div class="figure">{svg[svg.index("<svg"):]}</div>' for svg in drawings)
    path.write_text(f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><style>{rules(texts)}body{{margin:40px}}'
                    f"svg{{display:block}}</style>{boxes}", "utf-8")
    page = show(path, 1000)
    return page.execute_script(MEASURE)


def outside(drawing):
    """The texts and marks that leave their drawing."""
    return [box for box in (*drawing["texts"], *drawing["marks"])
            if box[1] < -2 or box[2] < -2 or box[3] > drawing["width"] + 2 or box[4] > drawing["height"] + 2]


def overlapping(drawing):
    """The pairs of texts of which one lies on the other, by more than what a line's box has above and below its letters."""
    found = []
    for n, one in enumerate(drawing["texts"]):
        for other in drawing["texts"][n + 1:]:
            across = min(one[3], other[3]) - max(one[1], other[1])
            down = min(one[4], other[4]) - max(one[2], other[2])
            thin = 0.35 * min(min(box[3] - box[1], box[4] - box[2]) for box in (one, other))
            if across > 1 and down > 1 and min(across, down) > thin:
                found.append((one[0], other[0]))
    return found


def problems(drawing, width):
    """All that is wrong with a drawing for `width` px, in words."""
    found = [f"{textwrap.shorten(box[0], 50)!r} leaves {drawing['width']:.0f} by {drawing['height']:.0f}: {[round(n) for n in box[1:]]}"
             for box in outside(drawing)]
    found += [f"{one!r} lies on {other!r}" for one, other in overlapping(drawing)]
    found += [f"{text!r} is cut" for text, *_ in drawing["texts"] if text.endswith("…")]
    if drawing["width"] > width + 1.5:
        found.append(f"{drawing['width']:.0f} px wide")
    return found

