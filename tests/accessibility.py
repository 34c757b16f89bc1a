"""What axe-core finds in a page: WCAG 2.2 AA and best practices."""

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]


def violations(page, axe, within="body"):
    """Each rule that an element breaks, with the element. axe-core has target-size off unless it is asked for."""
    page.execute_script(axe)
    found = page.execute_async_script("""
        const [within, tags, done] = arguments;
        const shown = [...document.querySelectorAll(within)].filter((e) => e.checkVisibility());
        axe.run(within === "body" ? document : shown, {runOnly: {type: "tag", values: tags},
                rules: {"target-size": {enabled: true}}, resultTypes: ["violations"]}).then(
            (result) => done({violations: result.violations, passes: result.passes.length}),
            (error) => done({error: String(error)}));""", within, WCAG)
    assert found.get("passes", 0) > 3, found
    return [f"{rule['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
            for rule in found["violations"] for node in rule["nodes"]]
