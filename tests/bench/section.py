"""Puts what was measured into the README that shows it."""

import re


def write(path, name, text):
    """Replaces what stands between <!-- name --> and <!-- end of name --> of a markdown file."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before = path.read_text(encoding="utf-8")
    after, count = re.subn(re.escape(begin) + ".*?" + re.escape(end), lambda _: begin + text + end, before, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{path} has no section '{name}' to write into (a line '{begin.strip()}' and one '{end.strip()}')")
    path.write_text(after, encoding="utf-8")
