"""axe-core, which finds what keeps people out of a page: missing names, weak contrast, what no keyboard reaches."""
from axe_playwright_python.sync_playwright import Axe


def violations(page, selector=None, rules=None):
    """What axe-core finds wrong in a Playwright page, or in the part that a CSS selector names, in words.

    ``rules`` are the names of the only ones to ask; without them it is every rule that axe-core asks by default.
    Source: axe-core's ``axe.run(context, options)``.
    """
    options = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = Axe().run(page, context=selector, options=options).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
